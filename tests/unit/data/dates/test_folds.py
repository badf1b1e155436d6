"""data.dates.folds: the past first, the future after it."""

from data.dates.calendar_days import as_day
from data.dates.folds import Fold, rolling_folds, split_picture


def test_folds_end_with_the_last_day_and_come_newest_first() -> None:
    folds = rolling_folds(n_days=100, horizon_days=10, n_folds=3, spacing_days=10)
    assert [fold.cutoff for fold in folds] == [89, 79, 69]
    assert folds[0].future == slice(90, 100)
    assert folds[1].future.stop == folds[0].future.start


def test_history_and_future_of_a_fold_meet_and_do_not_overlap() -> None:
    fold = Fold(cutoff=4, horizon_days=3)
    days = list(range(10))
    assert days[fold.history] == [0, 1, 2, 3, 4]
    assert days[fold.future] == [5, 6, 7]


def test_folds_are_as_far_apart_as_wanted() -> None:
    assert [fold.cutoff for fold in rolling_folds(100, 10, 3, spacing_days=28)] == [89, 61, 33]


def test_folds_without_history_are_left_out() -> None:
    assert [fold.cutoff for fold in rolling_folds(35, 10, 4, spacing_days=10)] == [24, 14, 4]
    assert rolling_folds(10, 10, 2, spacing_days=10) == []


def test_the_picture_shows_real_dates_oldest_fold_first() -> None:
    folds = rolling_folds(40, 10, 2, spacing_days=10)
    first, second, final = split_picture(folds, as_day("2017-01-01"), 40, width=40).splitlines()
    assert first == f"fold 2    {'=' * 20}{'-' * 10}{' ' * 10}  2017-01-20 | 2017-01-30"
    assert second == f"fold 1    {'=' * 30}{'-' * 10}  2017-01-30 | 2017-02-09"
    assert final == f"final fit {'=' * 40}  2017-02-09"
