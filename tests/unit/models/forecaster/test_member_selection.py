"""models.forecaster.member_selection: the default and the backtest's veto."""

import numpy as np
import pytest

from models.forecaster.member_selection import CANDIDATES, DEFAULT, Fold, combine, select_members

RNG = np.random.default_rng(5)
HISTORY = RNG.poisson(20, (6, 200)).astype(float)
ACTUAL = RNG.poisson(20, (6, 28)).astype(float)


def fold(**off: float) -> Fold:
    """Members that miss the actuals by so many units, alternately too much and too little."""
    sign = np.where(np.arange(28) % 2, 1.0, -1.0)
    return {name: ACTUAL + sign * off.get(name, 0.0) for name in "OTN"}, ACTUAL, HISTORY


def test_one_fold_decides_nothing() -> None:
    assert select_members([]) == DEFAULT
    assert select_members([fold(O=0, T=9, N=9)]) == DEFAULT


def test_a_member_that_wins_both_folds_clearly_is_chosen() -> None:
    assert select_members([fold(O=0, T=9, N=9)] * 2) == "O"


def test_a_member_that_wins_one_fold_only_is_not() -> None:
    assert select_members([fold(O=0, T=9, N=9), fold(O=9, T=0, N=0)]) == DEFAULT


def test_equal_members_keep_the_default() -> None:
    assert select_members([fold(O=3, T=3, N=3)] * 2) == DEFAULT


def test_a_combination_with_wrong_totals_is_not_chosen_however_well_it_scores() -> None:
    sparse = (np.arange(28) % 10 == 0).astype(float)[None].repeat(6, 0)
    members = {"O": sparse * 0 + 0.1, "T": sparse * 0, "N": sparse * 0 + 0.1}  # nothing is the median
    assert select_members([(members, sparse, HISTORY)] * 2) == DEFAULT


@pytest.mark.parametrize("sales", [0.0, 7.0, np.nan])
def test_sales_without_any_variation_keep_the_default(sales: float) -> None:
    constant = np.full((3, 28), sales)
    members = {name: np.nan_to_num(constant) for name in "OTN"}
    assert select_members([(members, constant, np.full((3, 200), sales))] * 2) == DEFAULT


def test_a_combination_is_the_plain_mean() -> None:
    members = {name: np.full((1, 2), float(k)) for k, name in enumerate("OTN")}
    assert [combine(members, names)[0, 0] for names in ("O", "TN", DEFAULT)] == [0, 1.5, 1]
    assert DEFAULT not in CANDIDATES
