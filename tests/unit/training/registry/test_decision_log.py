"""The log of decisions and the line of champions it tells."""

from pathlib import Path

import pytest

from data.errors import ArtifactError
from training.registry.decision_log import (
    Decision,
    append_decision,
    champion_lineage,
    read_decisions,
    restored_version,
)


def decision(what: str, version: str, restores: str | None = None) -> Decision:
    return Decision.now(what, version, None, ["Because."], scorecards={}, restores=restores)


def line(*decisions: tuple[str, ...]) -> list[str]:
    return champion_lineage([decision(*one) for one in decisions])


def test_decisions_are_read_as_they_were_written(tmp_path: Path) -> None:
    log = tmp_path / "history.jsonl"
    decisions = [decision("promoted", "a"), decision("kept", "b"), decision("rolled back", "c", "a")]
    for one in decisions:
        append_decision(log, one)
    assert read_decisions(log) == decisions
    assert log.read_text().count("\n") == 3


def test_names_may_hold_characters_that_end_a_line_of_text(tmp_path: Path) -> None:
    log, reason = tmp_path / "history.jsonl", "The error of store Nord\u2028Süd\x85 would be higher."
    append_decision(log, Decision.now("kept", "a", None, [reason], scorecards={}))
    assert read_decisions(log)[0].reasons == (reason,)


@pytest.mark.parametrize("content", [b'{"at": "\xff"}\n', b"\n", b"{}\n"])
def test_a_line_that_is_no_decision_is_an_error_of_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "history.jsonl").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"history\.jsonl"):
        read_decisions(tmp_path / "history.jsonl")


def test_without_a_log_nothing_was_decided(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "history.jsonl") == []


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text('{"at": "yesterday"}\n')
    with pytest.raises(ArtifactError, match=r"history\.jsonl"):
        read_decisions(tmp_path / "history.jsonl")


def test_who_decided_is_the_person_behind_the_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "a-planner")
    assert decision("promoted", "a").by == "a-planner"


def test_a_kept_champion_adds_nothing_to_the_line() -> None:
    assert line(("promoted", "a"), ("kept", "b")) == ["a"]


def test_a_rollback_takes_off_the_line_what_it_undid() -> None:
    promoted = [("promoted", "a"), ("promoted", "b"), ("promoted", "c")]
    assert line(*promoted, ("rolled back", "d", "b")) == ["a", "d"]
    assert line(*promoted, ("rolled back", "d", "b"), ("rolled back", "e", "a")) == ["e"]


def test_a_rollback_to_what_was_undone_goes_forward_again() -> None:
    promoted = [("promoted", "a"), ("promoted", "b")]
    assert line(*promoted, ("rolled back", "c", "a"), ("rolled back", "d", "b")) == ["c", "d"]


def test_a_rollback_is_matched_with_its_version_by_the_hash_in_its_name() -> None:
    log = [decision("promoted", "1-aa"), decision("kept", "2-cc"), decision("promoted", "3-bb")]
    assert restored_version("4-aa", log) == "1-aa"
    assert restored_version("4-cc", log) is None


def test_of_champions_with_the_same_files_the_one_a_rollback_leads_to_is_restored() -> None:
    undone = [decision("rolled back", "3-aa", "1-aa"), decision("promoted", "4-bb")]
    log = [decision("promoted", "1-aa"), decision("promoted", "2-bb"), *undone]
    assert restored_version("5-aa", log) == "3-aa"
    assert restored_version("5-bb", log) == "4-bb"
