"""Job: the versions of this clone. `python -m training.registry list|show V|promote V|rollback [V]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from data.jobs.job_exit import exit_code
from data.params import Paths
from models.storage.version_record import RECORD, ChampionRecord
from training.registry.promotion import champion_record, promote, rollback, use_local_bentoml_home
from training.registry.version_list import format_version, format_versions, read_version


def main(argv: Sequence[str]) -> int:
    """List, show, promote or roll back versions. Exit 0 when it was done, 2 when it could not be."""
    arguments = _parser().parse_args(argv)
    paths = Paths()
    use_local_bentoml_home(paths)
    return exit_code(lambda: print(arguments.action(paths, arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.registry", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="the versions of this clone, newest first; * is the champion")
    listing.set_defaults(action=lambda paths, _: format_versions(paths, champion_record(paths)))
    showing = commands.add_parser("show", help="one version with its model card")
    showing.set_defaults(action=lambda paths, arguments: format_version(paths, arguments.version))
    promoted = commands.add_parser(
        "promote", help="make a version the champion, or finish an interrupted promotion"
    )
    promoted.set_defaults(action=lambda paths, arguments: _promoted(paths, arguments.version))
    for command in (showing, promoted):
        command.add_argument("version")
    back = commands.add_parser("rollback", help="restore an earlier champion as a new version")
    back.add_argument("version", nargs="?", help="default: the champion before the present one")
    back.set_defaults(action=lambda paths, given: f"Champion: {rollback(paths, given.version).version}")
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
