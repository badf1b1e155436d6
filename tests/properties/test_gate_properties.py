"""What holds of the gate whatever the errors: it never promotes backwards, and is deaf to units."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from data.panel.series_index import SeriesIndex
from training.gate.decision_rule import DailyScorecard, GateParams, decide

SERIES = SeriesIndex.from_labels([1, 1, 2], [1, 2, 1])
SHAPE = (3, 7)
Values = NDArray[np.float64]
amounts: Any = arrays(np.float64, SHAPE, elements=st.integers(0, 1000).map(float))


def card(actual: Values, forecast: Values) -> DailyScorecard:
    return DailyScorecard.of(SERIES, np.datetime64("2024-01-01"), actual, forecast)


@given(amounts, amounts, amounts)
def test_of_two_models_at_most_one_replaces_the_other(actual: Values, one: Values, other: Values) -> None:
    first, second = card(actual, one), card(actual, other)
    params = GateParams()
    assert not (decide(first, second, params).promote and decide(second, first, params).promote)


@given(amounts, amounts)
def test_a_model_never_replaces_itself(actual: Values, forecast: Values) -> None:
    assert not decide(card(actual, forecast), card(actual, forecast), GateParams(noise_margin=0)).promote


@given(amounts, amounts, amounts)
def test_a_promoted_challenger_has_the_lower_total_error_and_no_store_gets_worse(
    actual: Values, one: Values, other: Values
) -> None:
    champion, challenger = card(actual, one), card(actual, other)
    if decide(champion, challenger, GateParams()).promote:
        assert challenger.wape < champion.wape
        assert (challenger.error.sum(1) <= 1.05 * champion.error.sum(1) + 1e-9).all()


@given(amounts, amounts, amounts, st.sampled_from([0.25, 4.0, 1024.0]))
def test_units_do_not_matter(actual: Values, one: Values, other: Values, unit: float) -> None:
    params = GateParams()
    plain = decide(card(actual, one), card(actual, other), params)
    scaled = decide(card(actual * unit, one * unit), card(actual * unit, other * unit), params)
    assert plain.promote == scaled.promote
