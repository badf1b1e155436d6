"""Job: copy somebody's sales file into data/raw, in place of the one before (`make up SALES=file`)."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from data.errors import DataContractError, StorecastError
from data.files import atomic_path, atomic_write_text
from data.history import raw_files
from data.params import Paths
from data.tables import SUFFIXES

BROUGHT = ".brought"  # names the file we put there ourselves: the only one we may take away again


def bring(file: Path, raw: Path) -> Path:
    """Copy `file` into `raw` and take away the one brought before; files put there by hand stay."""
    _check(file)
    brought = raw / file.name
    _require_no_foreign_days(raw, brought)
    if file.resolve() != brought.resolve():
        with atomic_path(brought) as unfinished:
            shutil.copyfile(file, unfinished)
        _forget_previous(raw, keep=brought)
        atomic_write_text(raw / BROUGHT, brought.name)
    return brought


def _check(file: Path) -> None:
    if not file.is_file():
        raise DataContractError(f"There is no file {file}.", hint="SALES= is relative to where you stand.")
    if not file.name.endswith(SUFFIXES):
        raise DataContractError(
            f"{file.name} is none of {', '.join(SUFFIXES)}.", hint="Save it as one of these."
        )


def _require_no_foreign_days(raw: Path, brought: Path) -> None:
    files = raw_files(raw)
    if files.ingested and brought not in files.base:
        raise DataContractError(
            f"{raw} holds days ingested on top of other sales, the first in {files.ingested[0].name}.",
            hint=f"Take the ingested files away to start anew with {brought.name}, or use make ingest.",
        )


def _previous(raw: Path) -> Path | None:
    note = raw / BROUGHT
    return raw / note.read_text(encoding="utf-8") if note.exists() else None


def _forget_previous(raw: Path, keep: Path) -> None:
    previous = _previous(raw)
    if previous and previous != keep:
        previous.unlink(missing_ok=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Bring one file; 2 when it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m data.bring", description=__doc__)
    parser.add_argument("file", type=Path)
    try:
        brought = bring(parser.parse_args(argv).file.expanduser(), Paths().raw)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Sales from {brought.name}, {brought.stat().st_size / 1e6:.1f} MB{_beside(brought)}.")
    return 0


def _beside(brought: Path) -> str:
    """What else is trained on, so that nobody mixes two shops unawares."""
    files = raw_files(brought.parent)
    others = [path.name for path in (*files.base, *files.ingested) if path != brought]
    return f", with {', '.join(others)} that {brought.parent} holds too" if others else ""


if __name__ == "__main__":
    sys.exit(main())
