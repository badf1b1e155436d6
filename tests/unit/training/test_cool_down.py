"""How long a flag waits."""

from datetime import date, timedelta

from training.cool_down import CoolDownParams, cooling_until
from training.decisions import Decision

FIRST = date(2017, 1, 1)
PARAMS = CoolDownParams(first_days=7, longest_days=20)


def decisions(*what: str) -> list[Decision]:
    """One a week."""
    weeks = (FIRST + timedelta(weeks=week) for week in range(len(what)))
    return [
        Decision.now(one, f"v{day}", None, [], scorecards={}, cutoff=day)
        for one, day in zip(what, weeks, strict=True)
    ]


def waits(*what: str) -> int:
    """Days of sales after the last decision on which a flag is not acted on."""
    until = cooling_until(decisions(*what), PARAMS)
    return (until - FIRST - timedelta(weeks=len(what) - 1)).days if until else 0


def test_nothing_waits_before_the_first_retraining() -> None:
    assert waits() == 0


def test_next_week_s_flag_is_acted_on() -> None:
    assert waits("promoted", "kept") == 6


def test_each_time_in_a_row_doubles_the_wait_up_to_a_limit() -> None:
    assert [waits("promoted", *["kept"] * times) for times in (1, 2, 3, 4)] == [6, 13, 19, 19]


def test_a_promotion_ends_the_row() -> None:
    assert waits("kept", "kept", "promoted") == 0
    assert waits("kept", "kept", "promoted", "kept") == 6


def test_roll_forwards_do_not_count() -> None:
    assert cooling_until(decisions("kept", "rolled forward"), PARAMS) == FIRST + timedelta(days=6)
