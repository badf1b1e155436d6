"""Job: copy somebody's sales file into data/raw, in place of the one before (`make up SALES=file`)."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from data.atomic_files import atomic_path, atomic_write_text
from data.errors import DataContractError
from data.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.file_formats import SUFFIXES, is_table
from data.loading.load_history import INGESTED, SAMPLE, RawFiles, load_history, raw_files
from data.params import Paths, load_params

NOTE = ".imported"  # names the file that was imported: the only one that may be removed again
OLD_NOTE = ".brought"  # its name in clones of earlier versions


def import_sales(file: Path, raw: Path, params: DataParams) -> Path:
    """Copy `file` into `raw` and take away the one imported before; files put there by hand stay.

    Raises `DataContractError`, with nothing changed, when the file cannot be used or would replace another's.
    """
    imported = raw / file.name
    _check(file, params)
    _require_no_foreign_days(raw, imported)
    if file.resolve() != imported.resolve():
        _require_no_other(imported)
        with atomic_path(imported) as temporary:
            shutil.copyfile(file, temporary)
        _forget_previous(raw, keep=imported)
        atomic_write_text(raw / NOTE, imported.name)
    return imported


def _check(file: Path, params: DataParams) -> None:
    if not file.is_file():
        raise DataContractError(f"There is no file {file}.", hint="SALES= is relative to where you stand.")
    if not is_table(file):
        raise DataContractError(
            f"{file.name} is none of {', '.join(SUFFIXES)}.", hint="Save it as one of these."
        )
    if file.name == SAMPLE or file.name.startswith((INGESTED, ".")):
        raise DataContractError(f"{file.name} has a name that Storecast keeps for itself.", hint="Rename it.")
    load_history(RawFiles((file,), ()), params)


def _require_no_other(imported: Path) -> None:
    if imported.exists() and imported != _previous(imported.parent):
        raise DataContractError(
            f"{imported} is there already, and was put there by hand.",
            hint="Give your file another name, or take that one away.",
        )


def _require_no_foreign_days(raw: Path, imported: Path) -> None:
    files = raw_files(raw)
    if files.ingested and imported not in files.base:
        raise DataContractError(
            f"{raw} holds days ingested on top of other sales, the first in {files.ingested[0].name}.",
            hint=f"Take the ingested files away to start anew with {imported.name}, or use make ingest.",
        )


def _previous(raw: Path) -> Path | None:
    note = raw / NOTE
    return raw / note.read_text(encoding="utf-8") if note.exists() else None


def _forget_previous(raw: Path, keep: Path) -> None:
    previous = _previous(raw)
    if previous and previous != keep:
        previous.unlink(missing_ok=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Bring one file; 2 when it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m data.import_sales", description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args(argv).file.expanduser()
    return exit_code(lambda: _run(file, Paths()))


def _run(file: Path, paths: Paths) -> None:
    imported = import_sales(file, paths.raw, load_params("data", DataParams, paths.params))
    print(f"Sales from {imported.name}, {imported.stat().st_size / 1e6:.1f} MB{_beside(imported)}.")


def _beside(imported: Path) -> str:
    """What else is trained on, so that nobody mixes two shops unawares."""
    files = raw_files(imported.parent)
    others = [path.name for path in (*files.base, *files.ingested) if path != imported]
    return f", with {', '.join(others)} that {imported.parent} holds too" if others else ""


if __name__ == "__main__":
    sys.exit(main())
