"""What is written for people agrees with what is there: targets, versions, lengths, links."""

import re
from pathlib import Path

import pytest

import service
from tests.contract.code_base import PACKAGES, PYPROJECT, ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def targets() -> set[str]:
    """Names of the Makefile's jobs."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_exists(path: Path) -> None:
    commands = re.findall(r"(?:`|^\s*)make ([a-z][a-z-]*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(commands) <= targets()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_is_to_be_run_exists(path: Path) -> None:
    modules = re.findall(r"python -m ([a-z_]+(?:\.[a-z_]+)*)", path.read_text(encoding="utf-8"))
    for module in modules:
        if module.partition(".")[0] in PYPROJECT["tool"]["importlinter"]["root_packages"]:
            folder = ROOT.joinpath(*module.split("."))
            assert folder.with_suffix(".py").exists() or (folder / "__main__.py").exists(), module


def test_the_contributing_guide_lists_every_package() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert not [name for name in PACKAGES if f"`{name.rpartition('.')[2]}" not in guide]


def test_every_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE))


def test_the_version_is_the_same_in_the_changelog_the_package_and_the_service() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == PYPROJECT["project"]["version"] == service.__version__


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200
