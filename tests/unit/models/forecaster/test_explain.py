"""models.forecaster.explain: a forecast taken apart."""

import numpy as np
import pytest

from data.errors import DataContractError
from models.champion import Champion
from models.forecaster.explain import explain


@pytest.mark.parametrize("step", [1, 3, 40, 90])
@pytest.mark.parametrize("row", [0, 9])
def test_factors_multiply_and_sales_add_up_to_the_forecast(champion: Champion, row: int, step: int) -> None:
    told = explain(champion.forecaster, champion.history.select([row]), champion.history.end + step)
    assert told.forecast == pytest.approx(float(champion.table.forecast[row, step - 1]), rel=1e-5)
    assert np.prod([part.factor for part in told.parts]) == pytest.approx(told.forecast, abs=1e-6)
    assert sum(part.sales for part in told.parts) == pytest.approx(told.forecast, abs=1e-6)


def test_the_words_name_weekday_and_month(champion: Champion) -> None:
    told = explain(champion.forecaster, champion.history.select([9]), np.datetime64("2018-01-06"))
    assert "Saturdays +" in told.words
    assert "January" in {part.name: part.words for part in told.parts}["season"]


def test_a_closed_day_is_said_to_be_closed(champion: Champion) -> None:
    told = explain(champion.forecaster, champion.history.select([0]), np.datetime64("2018-01-07"))
    assert told.forecast == 0
    assert "closed" in told.words


def test_a_past_day_is_refused(champion: Champion) -> None:
    with pytest.raises(DataContractError, match="2017-12-31"):
        explain(champion.forecaster, champion.history.select([0]), np.datetime64("2017-12-31"))
