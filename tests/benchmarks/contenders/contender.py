"""What a contender of the forecasting benchmark gives back for a saved panel, sales up to a cutoff."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

HORIZON_DAYS = 90


@dataclass(frozen=True)
class Answer:
    """Forecasts, (n_series, HORIZON_DAYS), bounds of that shape if it makes any, CPU seconds by task."""

    arrays: Mapping[str, NDArray[np.floating[Any]]]
    took: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> Self:
        """From the file a contender wrote."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "took"}
            return cls(arrays, json.loads(str(file["took"])))

    def save(self, path: Path) -> None:
        """As .npz, as the contender in the environment of the peers does too."""
        arrays = {**self.arrays, "took": np.array(json.dumps(dict(self.took)))}
        np.savez(path, **arrays)  # type: ignore[arg-type]  # the stub takes array names for its own options


def cpu_seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Least CPU seconds of `repeats` calls: whatever else the machine does only adds to it."""

    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(repeats))
