"""What a planner reads."""

import numpy as np
import pytest
from numpy.typing import NDArray

from drift.calm import fit_on
from drift.shifts import Groups
from drift.words import Teller
from tests.unit.drift.worlds import last_windows, shocked, world

WORLD = world()
GROUPS = Groups.of(WORLD.panel.series)
ALARM = fit_on(WORLD, GROUPS, np.arange(105), 0.005)
TELLER = Teller(WORLD.panel.series, GROUPS)


def told(factor: NDArray[np.floating]) -> list[str]:
    judged = ALARM.judge(last_windows(shocked(WORLD, factor)), GROUPS)
    return [moved.words for moved in TELLER.moved(judged)]


def test_calm_weeks_have_nothing_to_tell_but_the_total() -> None:
    judged = ALARM.judge(last_windows(WORLD), GROUPS)
    assert TELLER.moved(judged) == []
    assert TELLER.total(judged).words.startswith("All series together sold ")
    assert not any(test.found for test in TELLER.tests(judged))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (np.full(18, 1.3), "All series together sold +3"),
        (np.where(GROUPS.store == 1, 0.0, 1.0), "Store 2 sold nothing in 28 days: closed, or data missing?"),
        (np.where(GROUPS.store == 2, 1.5, 1.0), "Store 3 sold +"),
        (np.where(GROUPS.item == 3, 1.6, 1.0), "Item 4 sold +"),
        (np.tile([1, 1, 1, 1, 1, 1.6, 0.4], (18, 4)), "The pattern of the week moved: S"),
    ],
)
def test_the_first_words_name_what_moved(factor: NDArray[np.floating], words: str) -> None:
    assert told(factor)[0].startswith(words)


def test_a_single_series_is_named_with_how_much_it_moved() -> None:
    words = " ".join(told(np.where(np.arange(18) == 7, 5.0, 1.0)))
    assert "store 2, item 2 +" in words


def test_tests_name_the_group_that_is_furthest_off() -> None:
    judged = ALARM.judge(last_windows(shocked(WORLD, np.where(GROUPS.store == 2, 1.5, 1.0))), GROUPS)
    tests = {test.name: test for test in TELLER.tests(judged)}
    assert tests["store, 28 days"].group == "store 3"
    assert tests["store, 28 days"].found
    assert tests["store, 28 days"].value > tests["store, 28 days"].threshold == 1
