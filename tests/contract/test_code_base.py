"""Rules for the tree that no linter has: where files belong, how long they are, that names agree."""

import ast
import importlib
import statistics
from collections.abc import Callable, Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract import code_base
from tests.contract.code_base import PACKAGES, PYPROJECT, ROOT, TOP_PACKAGES

TOP_LEVEL = {
    *("service", "training", "drift", "data", "models", "tests", "monitoring", "docs", "requirements"),
    *(".github", ".ci", ".dvc", ".dvcignore", ".gitignore", ".gitattributes", ".dockerignore"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("Makefile", "params.yaml", "pyproject.toml", "bentofile.yaml"),
    *("dvc.yaml", "dvc.lock", "docker-compose.yml", ".pre-commit-config.yaml"),
}
# Tests of what no single file does: kills at every step.
TESTS_OF_SEVERAL_FILES = {
    "tests/unit/training/registry/test_interrupted_promotion.py",
    "tests/unit/training/registry/test_killed_promotion.py",
    "tests/unit/training/test_killed_jobs.py",
}
Rule = Callable[[Path], Iterable[str]]


def found(rule: Rule) -> list[str]:
    """What breaks a rule in this tree."""
    return list(rule(ROOT))


@pytest.mark.parametrize("package", TOP_PACKAGES)
def test_each_package_is_ours_and_not_an_installed_one_of_that_name(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None, f"{package}/ has no __init__.py: any installed package of that name would win"
    assert Path(file).is_relative_to(ROOT)
    assert set(packages_distributions().get(package, [])) <= {"storecast"}


def test_every_folder_with_code_is_a_package_that_packaging_and_layers_know() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert on_disk == set(TOP_PACKAGES) == set(PYPROJECT["tool"]["importlinter"]["root_packages"])
    packages = {
        path.parent.relative_to(ROOT) for name in TOP_PACKAGES for path in (ROOT / name).rglob("__init__.py")
    }
    assert {".".join(path.parts) for path in packages} == set(PACKAGES)


def test_only_expected_entries_are_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in code_base.files_in_git()} <= TOP_LEVEL


def test_tests_have_no_packages_that_would_hide_the_product() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_package_has_too_many_files() -> None:
    assert not found(code_base.crowded_packages)


def test_no_folder_has_too_many_entries() -> None:
    assert not found(code_base.crowded_folders)


def test_no_two_files_share_a_name_and_none_has_that_of_a_standard_module() -> None:
    assert not found(code_base.repeated_stems)


def test_unit_tests_mirror_the_tree() -> None:
    assert set(found(code_base.tests_without_a_file)) == TESTS_OF_SEVERAL_FILES


def test_no_file_is_too_long() -> None:
    assert not found(code_base.long_files)


def test_half_of_the_files_are_short() -> None:
    counts = code_base.line_counts(code_base.product_files(ROOT, (".py", ".css", ".js")))
    assert statistics.median(counts.values()) <= code_base.MAX_MEDIAN_LINES


def test_no_function_is_too_long() -> None:
    assert not found(code_base.long_functions)


def test_the_product_stays_within_its_line_budget() -> None:
    assert not found(code_base.too_many_lines)


def test_the_layers_of_each_package_name_everything_in_it() -> None:
    assert set(code_base.layers_by_package(PYPROJECT)) == set(TOP_PACKAGES)
    assert not code_base.outside_layers(ROOT, PYPROJECT)


@pytest.mark.parametrize(
    ("rule", "files", "line"),
    [
        (
            code_base.too_many_lines,
            {"data/a.py": "\n" * 9, "drift/a.py": "\n" * 17_692},
            "product: 17701 lines",
        ),
        (code_base.crowded_packages, {f"data/panel/p{n}.py": "" for n in range(13)}, "data/panel: 13 files"),
        (code_base.crowded_folders, {f"data/p{n}/x.css": "" for n in range(15)}, "data: 15"),
        (code_base.repeated_stems, {"data/a.py": "", "drift/x/a.py": ""}, "a: ['data/a.py', 'drift/x/a.py']"),
        (code_base.repeated_stems, {"data/http.py": ""}, "http"),
        (code_base.tests_without_a_file, {"tests/unit/data/test_a.py": ""}, "tests/unit/data/test_a.py"),
        (code_base.long_files, {"service/page/a.css": "\n" * 251}, "service/page/a.css: 251 lines"),
        (code_base.long_functions, {"data/a.py": "def f():\n" + "    1\n" * 40}, "data/a.py:1 f: 41 lines"),
    ],
)
def test_each_rule_finds_what_breaks_it(rule: Rule, files: dict[str, str], line: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(rule(tmp_path)) == [line]


def test_a_module_outside_the_layers_is_found(tmp_path: Path) -> None:
    for name in TOP_PACKAGES:
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "stray.py").touch()
    assert code_base.outside_layers(tmp_path, PYPROJECT) == ["data.stray"]


def settings_models() -> dict[str, tuple[Path, str]]:
    """Section of params.yaml -> the file and the model's name in its `load_params("section", Model)`."""
    models: dict[str, tuple[Path, str]] = {}
    for path in code_base.product_files(ROOT):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_params":
                section, model, *_ = node.args
                if isinstance(section, ast.Constant) and isinstance(model, ast.Name):
                    models[str(section.value)] = (path, model.id)
    return models


def test_every_section_of_the_settings_has_a_model_that_accepts_it() -> None:
    from data.params import load_params

    sections: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    models = settings_models()
    assert set(sections) == set(models)
    for section, (path, name) in models.items():
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        load_params(section, getattr(module, name), ROOT / "params.yaml")
