"""Job: copy a sales file into data/raw, in place of the one imported before (`make up SALES=file`)."""

import argparse
import json
import secrets
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from data.atomic_files import atomic_path, atomic_write_json, exclusive
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.file_formats import SUFFIXES, is_table
from data.loading.load_history import INGESTED, SAMPLE, RawFiles, load_history, raw_files
from data.params import Paths, load_params
from data.text import shortened

NOTE = ".imported"  # names what was imported: the only files that may be removed again
OLD_NOTE = ".brought"  # the same in clones of earlier versions, one name as plain text


def import_sales(file: Path, raw: Path, params: DataParams) -> Path:
    """Copy `file` into `raw` and remove the one imported before; files put there by hand stay.

    Raises `DataContractError`, with nothing changed, when the file cannot be used or would replace another.
    """
    imported = raw / file.name
    with exclusive(raw):
        _check(file, raw, params)
        if file.resolve() != imported.resolve():
            earlier = _imported_before(raw)
            if imported.exists() and imported.name not in earlier:
                raise DataContractError(
                    f"{imported} is there already, and was put there by hand.",
                    hint="Give your file another name, or remove that one.",
                )
            # The note comes first, so that an import that was killed can be repeated.
            atomic_write_json(raw / NOTE, [imported.name, *earlier])
            _copy(file, imported)
            for name in {*earlier} - {imported.name}:
                _remove(raw / name)
            atomic_write_json(raw / NOTE, [imported.name])
            (raw / OLD_NOTE).unlink(missing_ok=True)
    return imported


def _copy(file: Path, imported: Path) -> None:
    if not file.is_dir():
        with atomic_path(imported) as temporary:
            shutil.copyfile(file, temporary)
        return
    copy = imported.with_name(f".{secrets.token_hex(4)}.{imported.name}")
    try:
        shutil.copytree(file, copy)  # a folder of Parquet files
        _remove(imported)
        copy.rename(imported)
    except shutil.Error as error:  # one line for each file in it
        reason = shortened(str(error.args[0][0][2]), 300)
        raise DataContractError(
            f"{file} cannot be copied: {reason}.", hint="Check that file and the space on the disk."
        ) from error
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check(file: Path, raw: Path, params: DataParams) -> None:
    if not file.exists():
        hint = "SALES= is relative to the current directory."
        raise DataContractError(f"There is no file {file}.", hint=hint)
    if not is_table(file):
        names = ", ".join(SUFFIXES)
        raise DataContractError(f"{file.name} is none of {names}.", hint="Save it as one of these.")
    if file.name == SAMPLE or file.name.startswith((INGESTED, ".")):
        raise DataContractError(f"{file.name} has a name that Storecast keeps for itself.", hint="Rename it.")
    load_history(RawFiles((file,), ()), params)
    files = raw_files(raw)
    if files.ingested and raw / file.name not in files.base:
        raise DataContractError(
            f"{raw} holds days ingested on top of other sales, the first in {files.ingested[0].name}.",
            hint=f"Remove the ingested files to start over with {file.name}, or use make ingest.",
        )


def _imported_before(raw: Path) -> list[str]:
    if (raw / NOTE).exists():
        names: list[str] = json.loads((raw / NOTE).read_text(encoding="utf-8"))
        return names
    old = raw / OLD_NOTE
    return [old.read_text(encoding="utf-8")] if old.exists() else []


def main(argv: Sequence[str] | None = None) -> int:
    """Import one file; 2 when it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m data.import_sales", description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args(argv).file.expanduser()
    return exit_code(lambda: _run(file, Paths()))


def _run(file: Path, paths: Paths) -> None:
    imported = import_sales(file, paths.raw, load_params("data", DataParams, paths.params))
    n_bytes = sum(path.stat().st_size for path in (imported, *imported.rglob("*")) if path.is_file())
    files = raw_files(paths.raw)
    others = [path.name for path in (*files.base, *files.ingested) if path != imported]
    # Two shops are not to be mixed by mistake.
    beside = f", with {', '.join(others)} that {paths.raw} holds too" if others else ""
    print(f"Sales from {imported.name}, {n_bytes / 1e6:.1f} MB{beside}.")


if __name__ == "__main__":
    sys.exit(main())
