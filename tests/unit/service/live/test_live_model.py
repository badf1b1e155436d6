"""service.live.live_model: what is swapped in, and what keeps serving when it cannot be."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from data.errors import NoChampionError
from models.storage.version_record import RECORD, ChampionRecord, new_version
from service.core import metrics
from service.live.live_model import LiveModel, champion_of_clone, run_periodically


def newer(folder: Path, to: Path, days: int = 1, **changes: object) -> Path:
    """The same files as a later version."""
    shutil.copytree(folder, to)
    record = ChampionRecord.read(folder / RECORD)
    created_at = record.created_at + timedelta(days=days)
    version = new_version(created_at, record.files)
    record.model_copy(update={"created_at": created_at, "version": version, **changes}).write(to / RECORD)
    return to


def none() -> Path:
    raise NoChampionError("There is none.", hint="Train.")


def swaps() -> tuple[float, float]:
    return metrics.SWAPS._value.get(), metrics.FAILED_SWAPS.labels("load")._value.get()


def test_without_a_champion_there_is_a_reason_and_no_model() -> None:
    live = LiveModel([none, none])
    live.refresh()
    assert live.current is None
    assert live.reason == "There is none. Train. There is none. Train."
    with pytest.raises(NoChampionError, match="There is no model to answer with"):
        _ = live.forecasts


def test_a_champion_is_loaded_and_counted_once(champion_folder: Path) -> None:
    before = swaps()
    live = LiveModel([none, lambda: champion_folder])
    live.refresh()
    first = live.current
    live.refresh()
    assert live.current is first is not None
    assert live.reason is None
    assert swaps() == (before[0] + 1, before[1])


def test_a_newer_champion_replaces_the_one_before_as_a_whole(champion_folder: Path, tmp_path: Path) -> None:
    place = [champion_folder]
    live = LiveModel([lambda: place[0]])
    live.refresh()
    held = live.forecasts
    place[0] = newer(champion_folder, tmp_path / "b")
    live.refresh()
    assert live.forecasts.version != held.version
    assert held.table.forecast.shape == live.forecasts.table.forecast.shape, (
        "a request that holds it can still use it"
    )


def test_of_several_sources_the_newest_champion_serves(champion_folder: Path, tmp_path: Path) -> None:
    later = newer(champion_folder, tmp_path / "b")
    live = LiveModel([lambda: champion_folder, lambda: later])
    live.refresh()
    assert live.forecasts.champion.folder == later


@pytest.mark.parametrize("damage", ["forecasts.npy", "card.json", "series.json", RECORD])
def test_a_damaged_champion_leaves_the_one_before_serving(
    champion_folder: Path, tmp_path: Path, damage: str
) -> None:
    place = [champion_folder]
    live = LiveModel([lambda: place[0]])
    live.refresh()
    serving, before = live.current, swaps()
    place[0] = newer(champion_folder, tmp_path / "b")
    content = (place[0] / damage).read_bytes()
    (place[0] / damage).write_bytes(content[:-3] + b"\0\0\0")
    live.refresh()
    assert live.current is serving
    if damage != RECORD:
        assert swaps() == (before[0], before[1] + 1)
        assert live.reason is not None
        assert f"{live.forecasts.version} keeps serving" in live.reason


def test_a_damaged_champion_is_retried_with_increasing_delays(
    champion_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("service.live.live_model.time.monotonic", lambda: now[0])
    damaged = newer(champion_folder, tmp_path / "b")
    (damaged / "methods.npy").rename(damaged / "gone")
    live = LiveModel([lambda: damaged])
    before = swaps()[1]
    for wait, tries in ((0.0, 1), (0.5, 1), (0.6, 2), (1.5, 2), (0.6, 3)):
        now[0] += wait
        live.refresh()
        assert swaps()[1] - before == tries
    (damaged / "gone").rename(damaged / "methods.npy")
    now[0] += 60
    live.refresh()
    assert live.forecasts.champion.folder == damaged


def test_with_the_newest_damaged_the_next_best_serves(champion_folder: Path, tmp_path: Path) -> None:
    damaged = newer(champion_folder, tmp_path / "b")
    (damaged / "methods.npy").unlink()
    live = LiveModel([lambda: champion_folder, lambda: damaged])
    live.refresh()
    assert live.forecasts.champion.folder == champion_folder


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_model_keeps_serving_when_its_source_is_lost_or_damaged(
    champion_folder: Path, tmp_path: Path, is_lost: bool, caplog: pytest.LogCaptureFixture
) -> None:
    better, worse = newer(champion_folder, tmp_path / "b"), newer(champion_folder, tmp_path / "c", days=2)
    (worse / "methods.npy").unlink()
    place = [better]
    live = LiveModel([lambda: champion_folder, lambda: place[0]])
    live.refresh()
    place[0] = tmp_path / "nowhere" if is_lost else worse
    for _ in range(2):
        live.refresh()
        assert live.forecasts.champion.folder == better
    assert caplog.text.count("which keeps serving") == 1


def test_any_failure_of_a_source_becomes_the_reason() -> None:
    def broken() -> Path:
        raise ZeroDivisionError("half-written")

    live = LiveModel([broken])
    live.refresh()
    assert live.reason == "The model store cannot be read: half-written."


def test_the_clone_a_server_runs_in_is_a_source(
    champion_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoChampionError):
        champion_of_clone()
    record = ChampionRecord.read(champion_folder / RECORD)
    (tmp_path / "models").mkdir()
    record.write(tmp_path / "models" / RECORD)
    assert champion_of_clone() == Path("models/versions") / record.version


def test_an_action_is_repeated_also_after_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    done, times = threading.Event(), [0]

    def act() -> None:
        times[0] += 1
        if times[0] == 1:
            raise RuntimeError("once")
        done.set()

    stop = run_periodically(0.01, act, "test")
    assert done.wait(5)
    stop.set()
    assert "test failed" in caplog.text


def test_every_look_up_during_swaps_is_answered(champion_folder: Path, tmp_path: Path) -> None:
    places = [champion_folder, *(newer(champion_folder, tmp_path / str(day), day) for day in range(1, 6))]
    live = LiveModel([lambda: places[0]])
    live.refresh()
    answered, stop = [0], threading.Event()

    def look_up() -> None:
        while not stop.is_set():
            assert live.forecasts.table.series.find(1, 1) == 0
            answered[0] += 1

    looking_up = threading.Thread(target=look_up)
    looking_up.start()
    while len(places) > 1:
        places.pop(0)
        live.refresh()
    stop.set()
    looking_up.join()
    assert answered[0] > 0
    assert live.forecasts.champion.folder.name == "5"
