"""dvc.yaml matches the code: each stage runs a job and lists the settings and files that it reads."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.params import Paths
from tests.contract.code_base import ROOT, TOP_PACKAGES

STAGES: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
NOT_CALLED = {"sales": {"data"}}  # data.loading.load_history reads it where this job does not call it
OF_THE_WORKFLOW = {"retention"}  # which versions are kept is decided outside of the graph


def file_of(module: str) -> Path | None:
    """The file of one of our modules."""
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return path if module.split(".")[0] in TOP_PACKAGES and path.exists() else None


def job_of(stage: str) -> Path:
    found = file_of(STAGES[stage]["cmd"].split()[2])
    assert found, f"stage {stage} runs no job of the project: {STAGES[stage]['cmd']}"
    return found


def imported(path: Path) -> Iterator[Path]:
    """Files of the project that a file imports, `from package import file` included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{part.name}" for part in node.names)):
                if found := file_of(name):
                    yield found


@cache
def code_of(stage: str) -> frozenset[Path]:
    """Every file of the project that a stage's job imports, directly or not."""
    found, open_ends = set[Path](), [job_of(stage)]
    while open_ends:
        path = open_ends.pop()
        if path not in found:
            found.add(path)
            open_ends += imported(path)
    return frozenset(found)


def sections_read(stage: str) -> set[str]:
    """Sections of params.yaml that its code loads."""
    calls = (node for path in code_of(stage) for node in ast.walk(ast.parse(path.read_text())))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "load_params"
        and isinstance(call.args[0], ast.Constant)
    }


def sections_listed(stage: str) -> set[str]:
    """Sections of params.yaml that it depends on, in whole or in part."""
    return {str(param).partition(".")[0] for param in STAGES[stage]["params"]}


def outputs(stage: str) -> list[str]:
    listed = [*STAGES[stage].get("outs", []), *STAGES[stage].get("metrics", [])]
    return [next(iter(out)) if isinstance(out, dict) else out for out in listed]


def before(stage: str) -> set[str]:
    """Stages whose results it depends on, directly or not."""
    direct = {other for other in STAGES if set(outputs(other)) & set(STAGES[stage]["deps"])}
    return direct.union(*(before(other) for other in direct))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_the_settings_its_job_reads_and_no_earlier_stage_has(stage: str) -> None:
    earlier = {section for other in before(stage) for section in sections_listed(other)}
    assert sections_listed(stage) == sections_read(stage) - earlier - NOT_CALLED.get(stage, set())


def test_every_section_belongs_to_a_stage_or_to_the_workflow() -> None:
    sections = set(yaml.safe_load((ROOT / "params.yaml").read_text()))
    assert sections == {section for stage in STAGES for section in sections_listed(stage)} | OF_THE_WORKFLOW


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_only_code_that_its_job_imports(stage: str) -> None:
    made = {out for other in STAGES for out in outputs(other)}
    for dep in set(STAGES[stage]["deps"]) - made:
        path = ROOT / dep
        assert path.exists(), dep
        if path.suffix == ".py" or path.is_dir():
            assert any(file.is_relative_to(path) for file in code_of(stage)), dep


def test_stages_write_the_files_of_their_jobs_and_none_of_a_promotion() -> None:
    paths = Paths()
    known = (paths.raw, paths.sales, paths.data_quality, paths.challenger, paths.leaderboard, paths.scores)
    written = [out for stage in STAGES for out in outputs(stage)]
    assert set(written) == {str(path) for path in (*known, paths.drift_summary)}
    assert len(written) == len(set(written))


def test_dvc_can_read_the_settings() -> None:
    def leaves(value: Any) -> Iterator[Any]:
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from leaves(part)
        if not isinstance(value, dict | list):
            yield value

    settings = yaml.safe_load((ROOT / "params.yaml").read_text())
    assert {type(value) for value in leaves(settings)} <= {str, int, float, bool, type(None)}


def test_the_remotes_in_git_are_verified_and_hold_no_secret() -> None:
    config = (ROOT / ".dvc" / "config").read_text()
    assert config.count("url = ") == config.count("verify = true")
    assert not [word for word in ("password", "secret", "access_key", "token") if word in config]
