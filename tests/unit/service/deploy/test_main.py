"""service.deploy: what stops a deployment before the hub is called."""

from pathlib import Path

import pytest

from service.deploy.__main__ import main


def test_without_a_bento_the_job_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["shop/storecast", "--dry-run"]) == 2
    assert capsys.readouterr().err == (
        "There is no bento storecast:latest in BentoML's store. Run `make bento`.\n"
    )
