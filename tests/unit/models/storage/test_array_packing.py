"""models.storage.array_packing: records of arrays become flat dictionaries and come back."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from models.storage.array_packing import pack, unpack


@dataclass(frozen=True)
class Inner:
    weights: NDArray[np.float64]
    count: int


@dataclass(frozen=True)
class Outer:
    scale: float
    inner: Inner
    by_level: dict[int, Inner]
    missing: Inner | None


def test_a_record_comes_back_as_it_was() -> None:
    inner = Inner(np.arange(3.0), 4)
    arrays = pack(Outer(0.5, inner, {80: inner, 95: Inner(np.ones((2, 2)), 1)}, None), "model.")
    again = unpack(Outer, arrays, "model.")
    assert (again.scale, again.inner.count, again.missing, list(again.by_level)) == (0.5, 4, None, [80, 95])
    np.testing.assert_array_equal(again.by_level[95].weights, np.ones((2, 2)))
    assert all(isinstance(array, np.ndarray) for array in arrays.values())


def test_an_optional_record_comes_back_too() -> None:
    inner = Inner(np.arange(3.0), 4)
    again = unpack(Outer, pack(Outer(0.5, inner, {}, inner)))
    assert again.missing is not None
    assert again.missing.count == 4


def test_a_missing_array_is_named() -> None:
    arrays = pack(Inner(np.arange(3.0), 4))
    with pytest.raises(KeyError, match="weights"):
        unpack(Inner, {"count": arrays["count"]})
