"""When a retraining is due."""

from datetime import date, timedelta

from training.decisions import Decision
from training.pace import PaceParams, next_attempt

FIRST = date(2017, 1, 1)
PARAMS = PaceParams(attempts=3, first_wait_days=7, cool_down_days=28)


def attempt(what: str, number: int | None, day: int) -> Decision:
    """A decision on the sales of `day` days."""
    cutoff = FIRST + timedelta(days=day)
    return Decision.now(what, f"v{day}", None, [], scorecards={}, cutoff=cutoff, attempt=number)


def due(decisions: list[Decision], flagged: bool, day: int) -> int | None:
    return next_attempt(decisions, flagged, FIRST + timedelta(days=day), PARAMS)


def test_without_a_flag_nothing_begins() -> None:
    assert due([], False, 0) is None
    assert due([attempt("promoted", None, 0)], False, 100) is None


def test_a_flag_opens_an_episode() -> None:
    assert due([attempt("promoted", None, 0)], True, 7) == 1


def test_after_the_champion_was_kept_the_next_attempt_waits_with_and_without_a_flag() -> None:
    log = [attempt("kept", 1, 0)]
    assert [due(log, flagged, 6) for flagged in (True, False)] == [None, None]
    assert [due(log, flagged, 7) for flagged in (True, False)] == [2, 2]


def test_each_wait_is_twice_the_one_before() -> None:
    log = [attempt("kept", 1, 0), attempt("promoted", 2, 7)]
    assert due(log, False, 7 + 13) is None
    assert due(log, False, 7 + 14) == 3


def test_after_the_last_attempt_nothing_follows_by_itself() -> None:
    assert due([attempt("promoted", 3, 21)], False, 1000) is None


def test_what_no_attempt_cured_is_left_in_peace_for_a_while() -> None:
    log = [attempt("kept", 3, 21)]
    assert due(log, True, 21 + 28) is None
    assert due(log, True, 21 + 29) == 1


def test_a_flag_after_a_promotion_is_news_once_the_gate_has_a_week_to_tell_them_apart() -> None:
    for number in (2, 3):
        log = [attempt("promoted", number, 0)]
        assert due(log, True, 13) is None
        assert due(log, True, 14) in (1, 3)


def test_a_first_attempt_that_was_promoted_is_not_followed_within_a_week() -> None:
    assert due([attempt("promoted", 1, 0)], False, 13) is None
    assert due([attempt("promoted", 1, 0)], False, 14) == 2


def test_roll_forwards_do_not_count() -> None:
    assert due([attempt("kept", 1, 0), attempt("rolled forward", None, 7)], False, 7) == 2


def test_a_training_by_hand_or_a_rollback_ends_the_episode() -> None:
    for what in ("promoted", "rolled back"):
        assert due([attempt("kept", 1, 0), attempt(what, None, 3)], False, 20) is None
