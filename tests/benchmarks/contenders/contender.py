"""The result of a contender of the forecasting benchmark: forecasts from a panel of sales up to a cutoff."""

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
class Output:
    """Forecasts, shape (n_series, HORIZON_DAYS); bounds of that shape, if any; CPU seconds by task."""

    arrays: Mapping[str, NDArray[np.floating[Any]]]
    seconds: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file a contender wrote."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "seconds"}
            return cls(arrays, json.loads(str(file["seconds"])))

    def save(self, path: Path) -> None:
        """Write as .npz, the format that mlforecast_peer.py writes too."""
        arrays = {**self.arrays, "seconds": np.array(json.dumps(dict(self.seconds)))}
        np.savez(path, **arrays)  # type: ignore[arg-type]  # the stub mistakes array names for options


def cpu_seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Least CPU seconds of `repeats` calls: other load on the machine can only add to it."""

    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(repeats))
