"""The batch job on the forecasts of the small champion."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from models.champion import Champion
from service.batch import __main__ as batch
from tests.unit.service.batch_run import ChampionForecasts


@pytest.fixture
def run(tmp_path: Path, champion: Champion, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the job, by its arguments, with a champion's forecasts."""
    monkeypatch.chdir(tmp_path)

    def start(*arguments: str, source: ChampionForecasts | None = None) -> int:
        monkeypatch.setattr(batch, "_source", lambda *_: nullcontext(source or ChampionForecasts(champion)))
        return batch.main(arguments)

    return start
