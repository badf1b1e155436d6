"""A saved model opened for use: look-ups with numpy alone, the rest at first use."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from data.atomic_files import atomic_write_json
from data.errors import ArtifactError
from data.panel.sales_panel import SalesPanel, SeriesIndex
from models.baselines.seed_estimators import SeedParams
from models.baselines.seed_regressor import SeedRegressor
from models.champion import Champion
from models.storage.forecast_table import ForecastTable
from models.storage.version_record import ChampionRecord, digests_of, new_version

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
PANEL = SalesPanel(
    np.arange(120, dtype=np.float32).reshape(2, 60),
    np.datetime64("2024-01-01"),
    SeriesIndex.from_labels([1, 2], ["a", "a"]),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A version with everything but a forecaster."""
    values = np.random.default_rng(1).random((2, 5, 18)).astype(np.float32)
    methods = np.zeros((2, 5), np.uint8)
    ForecastTable(PANEL.series, PANEL.end, values, methods, np.ones(2, np.float32)).save(tmp_path)
    PANEL.save(tmp_path / "history.npz")
    SeedRegressor.fit("xgboost", PANEL, SeedParams(rounds=3)).save(tmp_path)
    atomic_write_json(tmp_path / "card.json", {"model": "storecast"})
    files = digests_of(tmp_path)
    record = ChampionRecord(
        version=new_version(NOW, files),
        kind="trained",
        cutoff=date(2024, 2, 29),
        created_at=NOW,
        data_hash=PANEL.content_hash(),
        params_hash="p",
        files=files,
    )
    record.write(tmp_path / "champion.json")
    return tmp_path


def test_files_that_are_not_in_this_clone_can_be_restored(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"20260101T000000-abcdef are not in .*make restore"):
        Champion.load(tmp_path / "20260101T000000-abcdef")


def test_a_champion_gives_what_was_saved(folder: Path) -> None:
    champion = Champion.load(folder)
    assert champion.card == {"model": "storecast"}
    assert champion.table.series.find("2", "a") == 1
    assert champion.history.content_hash() == champion.record.data_hash
    assert champion.seed.forecast(champion.history, 3).shape == (2, 3)


def test_a_damaged_file_is_found_on_loading(folder: Path) -> None:
    with (folder / "forecasts.npy").open("r+b") as forecasts:
        forecasts.seek(200)
        forecasts.write(b"\x01")
    with pytest.raises(ArtifactError, match=r"forecasts\.npy"):
        Champion.load(folder)
    assert Champion.load(folder, verify=False).table.horizon_days == 5


def test_a_champion_without_its_card_is_no_champion(folder: Path) -> None:
    (folder / "card.json").unlink()
    with pytest.raises(ArtifactError, match=r"card\.json"):
        Champion.load(folder, verify=False)


def test_look_ups_need_neither_estimators_nor_frames(folder: Path) -> None:
    look_up = (
        "import sys; from pathlib import Path; from models.champion import Champion;"
        "champion = Champion.load(Path(sys.argv[1])); champion.table.forecast[0, 0]; champion.history.sales;"
        "print(sorted({'xgboost', 'sklearn', 'pandas', 'pyarrow', 'bentoml', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", look_up, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("part", "name"), [("history", "history.npz"), ("seed", "seed.json")])
def test_a_file_that_changed_after_loading_is_not_used(folder: Path, part: str, name: str) -> None:
    champion = Champion.load(folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArtifactError, match=f"{name} .*sha256 differs"):
        getattr(champion, part)


def test_what_has_no_hold_out_has_no_accuracy(folder: Path) -> None:
    atomic_write_json(folder / "metrics.json", {"hold_out": None, "models": {}})
    assert Champion.load(folder).accuracy is None


def test_accuracy_is_that_of_the_hold_out_beside_seasonal_naive(folder: Path) -> None:
    scores = {"wape": 10.5, "bias": None, "coverage_80": 80.1, "coverage_95": 94.0}
    by_model = {"storecast": {"by_fold": {"2024-02-01": scores}}}
    metrics = {"hold_out": "2024-02-01", "horizon_days": 28, "models": by_model}
    atomic_write_json(folder / "metrics.json", metrics)
    accuracy = Champion.load(folder).accuracy
    assert accuracy is not None
    assert (accuracy.first_day, accuracy.last_day) == (date(2024, 2, 2), date(2024, 2, 29))
    assert (accuracy.error, accuracy.baseline_error, accuracy.bias) == (10.5, None, None)


@pytest.mark.parametrize("metrics", [{"hold_out": "2024-02-01", "models": {"storecast": {}}}, [], {}])
def test_metrics_that_are_none_are_refused_by_name(folder: Path, metrics: object) -> None:
    atomic_write_json(folder / "metrics.json", metrics)
    with pytest.raises(ArtifactError, match=r"metrics\.json"):
        _ = Champion.load(folder).accuracy
