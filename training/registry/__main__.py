"""Job: the versions of this clone. `python -m training.registry list|show V|promote V|rollback [V]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from data.errors import StorecastError
from data.params import Paths
from models.storage.version_record import RECORD, ChampionRecord
from training.registry.promotion import champion_record, promote, rollback, use_local_bentoml_home
from training.registry.version_list import format_version, format_versions, read_version


def main(argv: Sequence[str]) -> int:
    """See, promote and roll back versions; exit 0 when it was done, 2 when it could not be."""
    arguments = _parser().parse_args(argv)
    paths = Paths()
    use_local_bentoml_home(paths)
    try:
        print(arguments.answer(paths, arguments))
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.registry", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="the versions of this clone, newest first; * is the champion")
    listing.set_defaults(answer=lambda paths, _: format_versions(paths, champion_record(paths)))
    showing = commands.add_parser("show", help="all that is known of a version")
    showing.set_defaults(answer=lambda paths, arguments: format_version(paths, arguments.version))
    promoted = commands.add_parser("promote", help="make a version the champion, or finish doing so")
    promoted.set_defaults(answer=lambda paths, arguments: _promoted(paths, arguments.version))
    for command in (showing, promoted):
        command.add_argument("version")
    back = commands.add_parser("rollback", help="bring back an earlier champion as a new version")
    back.add_argument("version", nargs="?", help="the one before the present, unless told")
    back.set_defaults(answer=lambda paths, given: f"Champion: {rollback(paths, given.version).version}")
    return parser


def _promoted(paths: Paths, version: str) -> str:
    is_challenger = (paths.challenger / RECORD).exists() and (
        ChampionRecord.read(paths.challenger / RECORD).version == version
    )
    if not is_challenger:
        read_version(version, paths)
    folder = paths.challenger if is_challenger else paths.versions / version
    return f"Champion: {promote(folder, ['Promoted by hand.'], paths).version}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
