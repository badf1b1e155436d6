"""service.api.series_response: the method of a series as a whole."""

import numpy as np
import pytest

from models.storage.forecast_table import CLOSED, COLD_START, DISCONTINUED, MODEL
from service.api.series_response import series_methods


@pytest.mark.parametrize(
    ("methods", "method"),
    [
        ([MODEL, CLOSED], MODEL),
        ([CLOSED, COLD_START, CLOSED], COLD_START),
        ([CLOSED, CLOSED], CLOSED),
        ([MODEL, MODEL], MODEL),
        ([CLOSED, DISCONTINUED, DISCONTINUED], DISCONTINUED),
    ],
)
def test_a_series_is_closed_only_when_it_never_opens(methods: list[int], method: int) -> None:
    assert series_methods(np.array([methods], np.uint8)).tolist() == [method]
