"""House rules that no linter knows: what stands where, how long it grows, that names and locks agree."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PYPROJECT["tool"]["setuptools"]["packages"]
ROOMS = [name for name in PACKAGES if "." not in name]
MAX_LINES_OF_A_FILE = 250
MAX_LINES_OF_A_FUNCTION = 50

TOP_LEVEL = {
    *("service", "training", "drift", "data", "models", "tests", "monitoring", "docs", "requirements"),
    *(".github", ".ci", ".dvc", ".dvcignore", ".gitignore", ".gitattributes", ".dockerignore"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("Makefile", "params.yaml", "pyproject.toml", "bentofile.yaml"),
    *("dvc.yaml", "dvc.lock", "docker-compose.yml", ".pre-commit-config.yaml"),
}


def files_in_git() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: nothing tells its files from what runs left behind")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def python_files() -> list[Path]:
    return [path for folder in (*ROOMS, "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def lock(name: str) -> dict[str, set[str]]:
    """Package -> its versions: more than one where they differ by Python."""
    packages: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines():
        package, version = line.partition(" ;")[0].split("==")
        packages.setdefault(package, set()).add(version)
    return packages


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_ours_and_not_an_installed_package_of_that_name(room: str) -> None:
    found = importlib.import_module(room).__file__
    assert found is not None, f"{room}/ has no __init__.py: any installed package of that name would win"
    assert Path(found).is_relative_to(ROOT)
    assert set(packages_distributions().get(room, [])) <= {"storecast"}


def test_every_folder_with_code_is_a_room_that_packaging_and_layers_know() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert on_disk == set(ROOMS) == set(PYPROJECT["tool"]["importlinter"]["root_packages"])
    packages = {
        path.parent.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("__init__.py")
    }
    assert {".".join(path.parts) for path in packages} == set(PACKAGES)


def test_only_the_expected_entries_stand_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in files_in_git()} <= TOP_LEVEL


def test_tests_have_no_packages_that_would_hide_the_rooms() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_file_is_longer_than_the_house_allows() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files()}
    assert not {str(path): n for path, n in lengths.items() if n > MAX_LINES_OF_A_FILE}


def test_no_function_is_longer_than_the_house_allows() -> None:
    def too_long() -> Iterator[str]:
        for path in python_files():
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    if lines > MAX_LINES_OF_A_FUNCTION:
                        yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"

    assert not list(too_long())


def test_locks_pin_every_line_and_hold_no_address() -> None:
    pinned = re.compile(r"[a-z0-9][a-z0-9-]*(\[[a-z0-9,-]+\])?==[0-9][^ /:@]*( ; [^/@]+)?")
    lines = [line for path in (ROOT / "requirements").glob("*.txt") for line in path.read_text().splitlines()]
    assert lines
    assert not [line for line in lines if not pinned.fullmatch(line)]


@pytest.mark.parametrize(("small", "large"), [("serve", "train"), ("train", "jobs"), ("jobs", "dev")])
def test_a_smaller_lock_is_a_subset_of_the_larger(small: str, large: str) -> None:
    larger = lock(large)
    strangers = {name: versions for name, versions in lock(small).items() if larger.get(name) != versions}
    assert not strangers, f"run make lock: {strangers}"


@pytest.mark.parametrize("package", ["pandas", "pyarrow", "evidently", "dvc", "scikit-learn", "xgboost"])
def test_the_serving_lock_stays_small(package: str) -> None:
    assert package not in lock("serve")


def test_what_the_service_imports_at_its_start_is_small() -> None:
    heavy = ("pandas", "pyarrow", "matplotlib", "sklearn", "evidently", "dvc")
    program = f"import sys, service.app; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert loaded.stdout.strip() == "[]", loaded.stdout + loaded.stderr


def settings_models() -> dict[str, tuple[Path, str]]:
    """Section of params.yaml -> the file and the model's name in its `load_params("section", Model)`."""
    found: dict[str, tuple[Path, str]] = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_params":
                section, model, *_ = node.args
                if isinstance(section, ast.Constant) and isinstance(model, ast.Name):
                    found[str(section.value)] = (path, model.id)
    return found


def test_every_section_of_the_settings_has_a_model_that_accepts_it() -> None:
    from data.params import load_params

    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    models = settings_models()
    assert set(sections) == set(models)
    for section, (path, name) in models.items():
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        load_params(section, getattr(module, name), ROOT / "params.yaml")


def test_every_make_command_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        commands = re.findall(r"(?:`|^\s*)make ([a-z][a-z-]*)", (ROOT / name).read_text(), re.MULTILINE)
        assert commands
        assert set(commands) <= targets, name


def test_every_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE))


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == PYPROJECT["project"]["version"]


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 250
