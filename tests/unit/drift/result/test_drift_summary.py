"""The summary as the public contract describes it."""

import json
from pathlib import Path

import numpy as np

from drift.result.drift_summary import CheckedWindow, DriftSummary, DriftTest, Finding

WINDOW = CheckedWindow.ending(np.datetime64("2017-12-31", "D"), 28)
BELOW = DriftTest(name="total, 28 days", group="all series", value=0.2, threshold=1.0, found=False)
BEYOND = DriftTest(name="WAPE in percent", group="forecasts", value=20, threshold=15, found=True)
TOTAL = Finding(group="all series", change_share=0.01, words="All series +1 %.")
STORE = Finding(group="store 3", change_share=0.31, words="Store 3 sold 31 % more than forecast.")


def test_the_file_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    summary = DriftSummary.of_findings(WINDOW, [BELOW, BEYOND], [STORE], TOTAL, [], "v")
    summary.write(tmp_path / "drift_summary.json")
    written = json.loads((tmp_path / "drift_summary.json").read_text(encoding="utf-8"))
    assert set(written) == {
        *("drift_found", "verdict", "window", "tests", "moved", "words", "model_version", "checked_at"),
        "continues_history",
    }
    assert written["window"] == {"from": "2017-12-04", "to": "2017-12-31", "days": 28}
    assert set(written["tests"][0]) == {"name", "group", "value", "threshold", "found"}
    assert set(written["moved"][0]) == {"group", "store", "item", "change_share", "words"}
    assert DriftSummary.model_validate_json((tmp_path / "drift_summary.json").read_bytes()) == summary


def test_any_test_that_is_found_is_drift() -> None:
    assert DriftSummary.of_findings(WINDOW, [BELOW, BEYOND], [], TOTAL, [], "v").verdict == "drift"
    steady = DriftSummary.of_findings(WINDOW, [BELOW], [], TOTAL, ["Two are missing."], "v")
    assert (steady.drift_found, steady.verdict) == (False, "steady")
    assert steady.words.endswith("no drift found. All series +1 %. Two are missing.")


def test_drift_found_by_errors_alone_still_has_a_message() -> None:
    summary = DriftSummary.of_findings(WINDOW, [BELOW, BEYOND], [], TOTAL, [], "v")
    assert summary.moved == [TOTAL]
    assert "All series +1 %. WAPE in percent of forecasts: 20, above the limit of 15" in summary.words


def test_undecided_means_no_drift_and_says_why() -> None:
    summary = DriftSummary.undecided("Too little data.", None)
    assert (summary.drift_found, summary.verdict, summary.words) == (False, "undecided", "Too little data.")
