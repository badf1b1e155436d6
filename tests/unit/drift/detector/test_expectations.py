"""Replays of past weeks, each forecast from the days before it."""

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from drift.detector.expectations import forecast_from, replay, replay_origins


@pytest.mark.parametrize(("n_days", "oldest"), [(1826, 1826 - 28 - 7 * 155), (900, 403), (420, 63)])
def test_origins_are_weekly_and_their_last_windows_end_with_the_panel(n_days: int, oldest: int) -> None:
    origins = replay_origins(n_days, 156)
    assert origins[0] == oldest
    assert set(np.diff(origins).tolist()) == {7}
    assert {n_days - 7, n_days - 14, n_days - 28} <= set(origins)


def test_a_forecast_uses_only_days_before_it(known: SalesPanel) -> None:
    other = known.sales.copy()
    other[:, 500:] *= 5
    changed = SalesPanel(other, known.start, known.series)
    np.testing.assert_array_equal(forecast_from(known, 500), forecast_from(changed, 500))


def test_windows_of_every_length_end_on_the_same_days(known: SalesPanel) -> None:
    replayed = replay(known, 20)
    assert len(replayed.ends) == 20
    assert replayed.ends[-1] == known.n_days - 1
    for days, windows in replayed.windows.items():
        np.testing.assert_array_equal(windows.ends, replayed.first_day + replayed.ends)
        last = known.sales[:, -days:].sum(axis=1)
        np.testing.assert_allclose(windows.sold[-1], last, rtol=1e-6)
        assert 0.8 < windows.ratio[-1] < 1.2


def test_a_history_too_short_to_replay_gives_no_week(known: SalesPanel) -> None:
    short = SalesPanel(known.sales[:, :80], known.start, known.series)
    assert len(replay(short, 156).ends) == 0


def test_a_week_in_between_is_forecast_as_well_by_the_profile_of_the_week_before(known: SalesPanel) -> None:
    replayed = replay(known, 3)
    for origin, forecast in replayed.forecasts.items():
        np.testing.assert_allclose(forecast, forecast_from(known, origin), rtol=0.25, atol=1)
    exact = [
        np.array_equal(made, forecast_from(known, origin)) for origin, made in replayed.forecasts.items()
    ]
    assert any(exact)
    assert not all(exact)
