"""When a retraining is due."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest

from training.decisions import Decision
from training.pace import PaceParams, is_learning, next_attempt

FIRST = date(2017, 1, 1)
PARAMS = PaceParams(attempts=3, first_wait_days=7, cool_down_days=28)


def attempt(what: str, number: int | None, day: int, *kinds: str) -> Decision:
    """A decision on the sales of `day` days."""
    facts = {"cutoff": FIRST + timedelta(days=day), "attempt": number, "kinds": kinds}
    return Decision.now(what, f"v{day}", None, [], scorecards={}, **facts)


def due(decisions: list[Decision], flagged: Collection[str] | None, day: int) -> int | None:
    return next_attempt(decisions, flagged, FIRST + timedelta(days=day), PARAMS)


def test_without_a_flag_nothing_begins() -> None:
    assert due([], None, 0) is None
    assert due([attempt("promoted", None, 0)], None, 100) is None


@pytest.mark.parametrize("kinds", [(), ("store",), ("errors",)])
def test_a_flag_opens_an_episode(kinds: tuple[str, ...]) -> None:
    assert due([attempt("promoted", None, 0)], kinds, 7) == 1


def test_a_first_attempt_that_was_kept_is_tried_again_with_and_without_a_flag() -> None:
    log = [attempt("kept", 1, 0, "store")]
    assert [due(log, flagged, 6) for flagged in (("store",), None)] == [None, None]
    assert [due(log, flagged, 7) for flagged in (("store",), None)] == [2, 2]


def test_each_wait_is_twice_the_one_before() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("promoted", 2, 7)]
    assert due(log, None, 7 + 13) is None
    assert due(log, None, 7 + 14) == 3


def test_after_the_last_attempt_nothing_follows_by_itself() -> None:
    assert due([attempt("promoted", 3, 21)], None, 1000) is None


def test_an_attempt_that_knew_the_shock_and_did_not_help_is_the_last() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("kept", 2, 7)]
    assert [due(log, flagged, 30) for flagged in (("store",), None)] == [None, None]


def test_the_same_kind_of_drift_is_left_in_peace_until_it_cooled_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("kept", 2, 7, "store", "series")]
    assert due(log, ("store", "series"), 7 + 28) is None
    assert due(log, ("store", "series"), 7 + 29) == 1


def test_another_kind_of_drift_is_news_once_the_gate_can_tell_champion_and_challenger_apart() -> None:
    for what, wait in (("kept", 7), ("promoted", 14)):
        log = [attempt("kept", 1, 0, "store"), attempt("kept", 2, 7), attempt(what, 3, 14, "series")]
        assert due(log, ("store", "weekday"), 14 + wait - 1) is None
        assert due(log, ("store", "weekday"), 14 + wait) == 1


def test_errors_alone_are_no_news_while_another_kind_cools_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("kept", 2, 7)]
    assert due(log, ("errors", "features"), 20) is None


def test_a_first_attempt_that_was_promoted_is_not_followed_within_a_week() -> None:
    assert due([attempt("promoted", 1, 0)], None, 13) is None
    assert due([attempt("promoted", 1, 0)], None, 14) == 2


def test_roll_forwards_do_not_count() -> None:
    assert due([attempt("kept", 1, 0), attempt("rolled forward", None, 7)], None, 7) == 2


@pytest.mark.parametrize("what", ["promoted", "rolled back"])
def test_a_training_by_hand_or_a_rollback_ends_the_episode(what: str) -> None:
    assert due([attempt("kept", 1, 0), attempt(what, None, 3)], None, 20) is None


def test_a_drift_is_being_learnt_from_its_first_attempt_until_it_cooled_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("rolled forward", None, 3), attempt("kept", 2, 7)]
    assert [is_learning(log, FIRST + timedelta(days=day), PARAMS) for day in (7, 35, 36)] == [
        True,
        True,
        False,
    ]
    assert not is_learning([], FIRST, PARAMS)
    assert not is_learning([*log, attempt("promoted", None, 8)], FIRST + timedelta(days=9), PARAMS)
