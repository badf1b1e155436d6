"""When a retraining is due."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest

from training.gate.retrain_schedule import RetrainScheduleParams, is_adapting, next_attempt
from training.registry.decision_log import Decision

FIRST = date(2017, 1, 1)
PARAMS = RetrainScheduleParams(first_wait_days=14, settled_days=56, cool_down_days=112)


def attempt(what: str, number: int | None, day: int, *kinds: str) -> Decision:
    """A decision on the sales of `day` days."""
    facts = {"cutoff": FIRST + timedelta(days=day), "attempt": number, "kinds": kinds}
    return Decision.now(what, f"v{day}", None, [], scorecards={}, **facts)


def due(
    decisions: list[Decision], flagged: Collection[str] | None, day: int, follows: bool = False
) -> int | None:
    return next_attempt(decisions, flagged, follows, FIRST + timedelta(days=day), PARAMS)


def test_without_a_flag_nothing_begins() -> None:
    assert due([], None, 0) is None
    assert due([attempt("promoted", None, 0)], None, 100) is None


@pytest.mark.parametrize("kinds", [(), ("store",), ("errors",)])
def test_a_flag_opens_an_episode(kinds: tuple[str, ...]) -> None:
    assert due([attempt("promoted", None, 0)], kinds, 7) == 1


def test_a_first_attempt_that_was_kept_is_tried_again_with_and_without_a_flag() -> None:
    log = [attempt("kept", 1, 0, "store")]
    assert [due(log, flagged, 13) for flagged in (("store",), None)] == [None, None]
    assert [due(log, flagged, 14) for flagged in (("store",), None)] == [2, 2]


def test_while_broken_levels_are_followed_the_next_attempt_waits_until_they_have_settled() -> None:
    log = [attempt("kept", 1, 0, "store", "series")]
    assert [due(log, ("store",), day, follows=True) for day in (14, 55, 56)] == [None, None, 3]


@pytest.mark.parametrize("kinds", [("weekday",), ("store", "weekday"), ("errors",), ()])
def test_what_no_level_answers_is_tried_again_also_while_levels_are_followed(kinds: tuple[str, ...]) -> None:
    log = [attempt("kept", 1, 0, *kinds)]
    assert [due(log, kinds, day, follows=True) for day in (13, 14)] == [None, 2]


@pytest.mark.parametrize("what", ["kept", "promoted"])
def test_the_last_attempt_has_eight_weeks_to_learn_from(what: str) -> None:
    for log in ([attempt("kept", 1, 0, "store"), attempt(what, 2, 14)], [attempt("promoted", 1, 14)]):
        assert [due(log, None, day) for day in (14 + 55, 14 + 56)] == [None, 3]


def test_after_the_last_attempt_nothing_follows_by_itself() -> None:
    assert due([attempt("kept", 1, 0), attempt("promoted", 3, 56)], None, 1000) is None


def test_the_same_kind_of_drift_is_left_in_peace_until_it_cooled_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("kept", 2, 14, "store", "series"), attempt("kept", 3, 70)]
    assert due(log, ("store", "series"), 70 + 112) is None
    assert due(log, ("store", "series"), 70 + 113) == 1


@pytest.mark.parametrize("what", ["kept", "promoted"])
def test_another_kind_of_drift_is_news_once_the_gate_can_tell_both_sides_apart(what: str) -> None:
    log = [attempt("kept", 1, 0, "store"), attempt(what, 3, 56, "series")]
    assert [due(log, ("store", "weekday"), day) for day in (56 + 13, 56 + 14)] == [None, 1]


def test_errors_alone_are_no_news_while_another_kind_cools_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("kept", 3, 56)]
    assert due(log, ("errors", "features"), 100) is None


@pytest.mark.parametrize("flagged", [("errors",), ("features", "errors"), (), ("store",)])
def test_after_a_cool_down_any_flag_opens_an_episode(flagged: tuple[str, ...]) -> None:
    for log in ([attempt("kept", 1, 0, "store"), attempt("kept", 3, 56)], [attempt("promoted", 1, 56)]):
        assert due(log, flagged, 56 + 113) == 1
        assert due(log, None, 56 + 113) is None


def test_a_cool_down_before_the_last_attempt_is_refused() -> None:
    with pytest.raises(ValueError, match="cool_down_days"):
        RetrainScheduleParams(settled_days=56, cool_down_days=28)


def test_what_was_tried_before_a_training_by_hand_says_nothing() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("promoted", None, 3), attempt("kept", 1, 5, "item")]
    assert due([*log, attempt("kept", 3, 61)], ("store",), 80) == 1


def test_roll_forwards_do_not_count() -> None:
    assert due([attempt("kept", 1, 0), attempt("rolled forward", None, 7)], None, 14) == 2


@pytest.mark.parametrize("what", ["promoted", "rolled back"])
def test_a_training_by_hand_or_a_rollback_ends_the_episode(what: str) -> None:
    assert due([attempt("kept", 1, 0), attempt(what, None, 3)], None, 20) is None


def test_adapting_lasts_from_the_first_attempt_to_the_end_of_the_cool_down() -> None:
    log = [attempt("kept", 1, 0, "store"), attempt("rolled forward", None, 3), attempt("kept", 2, 14)]
    days = [FIRST + timedelta(days=day) for day in (14, 14 + 112, 14 + 113)]
    assert [is_adapting(log, day, PARAMS) for day in days] == [True, True, False]
    assert not is_adapting([], FIRST, PARAMS)
    assert not is_adapting([*log, attempt("promoted", None, 15)], FIRST + timedelta(days=16), PARAMS)
