"""Windows of time: the folds of a backtest, always the past first and the future after it.

day        0                                                    n_days - 1
fold 3     [======= history =======]|-- horizon --|
fold 2     [============= history =============]|-- horizon --|
fold 1     [=================== history ===================]|-- horizon --|
                                                            ^ its cutoff
final fit  [============================= history ============================]
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fold:
    """One look back: columns up to `cutoff` are history, the next `horizon_days` columns are the test."""

    cutoff: int
    horizon_days: int

    @property
    def history(self) -> slice:
        """Columns a model may see."""
        return slice(0, self.cutoff + 1)

    @property
    def future(self) -> slice:
        """Columns it has to forecast."""
        return slice(self.cutoff + 1, self.cutoff + 1 + self.horizon_days)


def rolling_folds(n_days: int, horizon_days: int, n_folds: int, spacing_days: int) -> list[Fold]:
    """Folds whose newest ends with the last day, newest first, so far apart; fewer for a short history."""
    newest = n_days - 1 - horizon_days
    cutoffs = (newest - spacing_days * fold for fold in range(n_folds))
    return [Fold(cutoff, horizon_days) for cutoff in cutoffs if cutoff >= 0]


def split_picture(folds: list[Fold], start: np.datetime64, n_days: int, width: int = 60) -> str:
    """Draw folds over the days of a panel, oldest first: `=` history, `-` what is forecast."""

    def day(column: int) -> str:
        return str(start + np.timedelta64(column, "D"))

    def position(n_columns: int) -> int:
        return round(width * n_columns / n_days)

    lines = []
    for number, fold in reversed(list(enumerate(folds, start=1))):
        known, ends = position(fold.future.start), position(fold.future.stop)
        bar = "=" * known + "-" * max(ends - known, 1)
        lines.append(f"fold {number:<5}{bar:<{width}}  {day(fold.cutoff)} | {day(fold.future.stop - 1)}")
    lines.append(f"{'final fit':<10}{'=' * width}  {day(n_days - 1)}")
    return "\n".join(lines)
