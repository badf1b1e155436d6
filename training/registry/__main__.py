"""Job: the versions of this clone. `python -m training.registry list|show V|promote V|rollback [V]`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from data.jobs.job_exit import exit_code
from data.params import Paths
from models.storage.bounded_json import read_json
from models.storage.version_record import RECORD, ChampionRecord
from training.registry.promotion import champion_record, paths_of_clone, promote, read_version, rollback


def _listed(paths: Paths, _: None) -> str:
    champion = champion_record(paths)
    newest_first = sorted(paths.versions.glob(f"[!.]*/{RECORD}"), reverse=True)
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


def _rolled_back(paths: Paths, version: str | None) -> str:
    return f"Champion: {rollback(paths, version).version}"


ACTIONS: dict[str, tuple[Callable[[Paths, Any], str], str]] = {
    "list": (_listed, "the versions of this clone, newest first; * is the champion"),
    "show": (_shown, "one version with its model card"),
    "promote": (_promoted, "make a version the champion, or finish an interrupted promotion"),
    "rollback": (_rolled_back, "restore an earlier champion, by default the one before, as a new version"),
}


def main(argv: Sequence[str]) -> int:
    """List, show, promote or roll back versions. Exit 0 when it was done, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m training.registry", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in ACTIONS.items():
        command = commands.add_parser(name, help=summary)
        command.set_defaults(version=None)
        if name != "list":
            command.add_argument("version", nargs="?" if name == "rollback" else None)
    arguments = parser.parse_args(argv)
    action, paths = ACTIONS[arguments.command][0], paths_of_clone()
    return exit_code(lambda: print(action(paths, arguments.version)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
