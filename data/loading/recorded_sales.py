"""Sales as they were recorded: what cleaning would take for a flaw may be the news."""

from __future__ import annotations

from pathlib import Path

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import RawFiles, load_history, raw_files
from data.panel.frames import read_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params


def recorded_sales(paths: Paths, file: Path | None) -> SalesPanel:
    """All sales of `file`, or of data/raw, or without raw files those that were processed.

    Outliers stay whatever the rules say. Raises `DataContractError` when there is nothing that can be used.
    """
    files = RawFiles((file,), ()) if file else raw_files(paths.raw)
    if files.base:
        params = load_params("data", DataParams, paths.params).model_copy(update={"outliers": "keep"})
        return load_history(files, params)[0]
    if not paths.sales.exists():
        raise DataContractError(f"There are no sales in {paths.raw}.", hint="Give a file: --sales FILE.")
    return read_panel(paths.sales)
