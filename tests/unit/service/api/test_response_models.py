"""service.api.response_models: fields and methods of responses."""

from typing import get_args

from models.storage.forecast_table import METHODS
from models.storage.quantile_curve import COVERAGE_LEVELS
from service.api.response_models import ForecastDay, Method


def test_a_day_has_bounds_for_every_coverage_level() -> None:
    for level in COVERAGE_LEVELS:
        assert {f"lower_{level}", f"upper_{level}"} <= set(ForecastDay.model_fields)


def test_methods_are_those_of_the_table_and_of_the_baseline_regressor() -> None:
    assert set(get_args(Method)) >= {*METHODS, "seed-features"}
