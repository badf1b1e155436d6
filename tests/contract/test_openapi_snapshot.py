"""docs/openapi.json: what callers rely on, in git, so that a change of it is seen and meant."""

import json
from pathlib import Path

import pytest

from service.openapi_snapshot import main

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_document_is_the_one_that_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STORECAST_API_KEYS", raising=False)
    assert main([]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(KEPT.read_text(encoding="utf-8")), (
        "The API has changed. If that is meant: python -m service.openapi_snapshot > docs/openapi.json, and "
        "a line in CHANGELOG.md; what is no addition needs a new major version."
    )
