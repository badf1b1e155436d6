"""service.api.caller_history: histories that callers send."""

from service.api.caller_history import KEPT_DAYS, history_panel
from service.api.schemas import SeriesRequest, check


def test_of_two_rows_a_day_the_later_counts_and_old_days_are_left_out() -> None:
    history = [
        {"date": "2018-01-02", "sales": 1},
        {"date": "2018-01-02", "sales": 2},
        {"date": "2000-01-01", "sales": 9},
    ]
    panel = history_panel([check(SeriesRequest, {"store": 1, "item": 1, "history": history})])
    assert panel.sales.tolist() == [[2.0]]


def test_a_history_is_kept_as_long_as_a_champions() -> None:
    from training.registry.version_folder import HISTORY_DAYS

    assert KEPT_DAYS == HISTORY_DAYS
