"""A forecast split into its parts."""

import numpy as np
import pytest

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from models.champion import Champion
from models.forecaster.explain import explain
from models.forecaster.forecaster import Forecaster, ForecasterParams


@pytest.mark.parametrize("step", [1, 3, 40, 90])
@pytest.mark.parametrize("row", [0, 9])
def test_factors_multiply_and_sales_add_up_to_the_forecast(champion: Champion, row: int, step: int) -> None:
    explained = explain(champion.forecaster, champion.history.select([row]), champion.history.end + step)
    assert explained.forecast == pytest.approx(float(champion.table.forecast[row, step - 1]), rel=1e-5)
    assert np.prod([part.factor for part in explained.parts]) == pytest.approx(explained.forecast, abs=1e-6)
    assert sum(part.sales for part in explained.parts) == pytest.approx(explained.forecast, abs=1e-6)


def test_the_words_name_weekday_and_month(champion: Champion) -> None:
    explained = explain(champion.forecaster, champion.history.select([9]), np.datetime64("2018-01-06"))
    assert "Saturdays sell 2" in explained.words
    assert "January" in {part.name: part.words for part in explained.parts}["season"]


def test_a_closed_day_is_explained_as_closed(champion: Champion) -> None:
    explained = explain(champion.forecaster, champion.history.select([0]), np.datetime64("2018-01-07"))
    assert explained.forecast == 0
    assert "closed" in explained.words


def test_a_past_day_is_refused(champion: Champion) -> None:
    with pytest.raises(DataContractError, match="2017-12-31"):
        explain(champion.forecaster, champion.history.select([0]), np.datetime64("2017-12-31"))


def test_a_discontinued_series_is_explained_by_its_last_record(small_panel: SalesPanel) -> None:
    sales = small_panel.sales.copy()
    sales[9, -200:] = np.nan
    panel = SalesPanel(sales, small_panel.start, small_panel.series)
    forecaster = Forecaster.fit(panel, ForecasterParams(folds=0, final_rows=4_000, rounds=5))
    explained = explain(forecaster, panel.select([9]), panel.end + 3)
    assert explained.forecast == 0
    assert explained.words == f"No sales are recorded since {panel.end - 200}: the series is discontinued."
    assert all(part.sales == 0 for part in explained.parts)
