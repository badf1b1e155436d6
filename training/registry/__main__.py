"""Job: the versions of this clone. `python -m training.registry list|show V|promote V|rollback [V]`."""

import argparse
import json
import sys
from collections.abc import Sequence

from data.jobs.job_exit import exit_code
from data.params import Paths
from models.storage.bounded_json import read_json
from models.storage.version_record import RECORD, ChampionRecord
from training.registry.promotion import (
    champion_record,
    promote,
    read_version,
    rollback,
    use_local_bentoml_home,
)


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
    listing.set_defaults(action=lambda paths, _: _listed(paths, champion_record(paths)))
    showing = commands.add_parser("show", help="one version with its model card")
    showing.set_defaults(action=lambda paths, arguments: _shown(paths, arguments.version))
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


def _listed(paths: Paths, champion: ChampionRecord | None) -> str:
    newest_first = sorted(paths.versions.glob(f"*/{RECORD}"), reverse=True)
    rows = [
        f"{'*' if champion and record.version == champion.version else ' '} {record.version}"
        f"  {record.kind:<14}  cutoff {record.cutoff}  created {record.created_at:%Y-%m-%d %H:%M} UTC"
        for record in map(ChampionRecord.read, newest_first)
    ]
    if champion and not rows:
        return f"No version is in this clone. `make pull` fetches them and the champion {champion.version}."
    return "\n".join(rows) or "There is no version yet: run `make train`."


def _shown(paths: Paths, version: str) -> str:
    record = read_version(version, paths).model_dump(mode="json")
    card = read_json(paths.versions / version / "card.json")
    return json.dumps({**record, "card": card}, indent=2, ensure_ascii=False)


def _promoted(paths: Paths, version: str) -> str:
    folder, record = paths.challenger, paths.challenger / RECORD
    if not record.exists() or ChampionRecord.read(record).version != version:
        folder = paths.versions / read_version(version, paths).version
    return f"Champion: {promote(folder, ['Promoted by hand.'], paths).version}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
