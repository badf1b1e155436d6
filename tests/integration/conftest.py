"""Servers that several tests share: starting one takes seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.serving import Service, import_champion, wait_until


@pytest.fixture(scope="session")
def service(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two workers with the small champion, with default settings."""
    folder = tmp_path_factory.mktemp("service")
    import_champion(champion_folder, folder / "home")
    with Service(folder, workers=2) as running:
        wait_until(lambda: len(running.workers()) == 2, "two workers")
        yield running
    assert "Traceback" not in running.log()


@pytest.fixture(scope="session")
def guarded(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Everything that guards is on, and little is allowed."""
    folder = tmp_path_factory.mktemp("strict")
    import_champion(champion_folder, folder / "home")
    with Service(
        folder,
        api_keys="one,two,limited",
        rate_limit_per_minute=30,
        max_body_bytes=2000,
        admin_routes="true",
        workers=2,
    ) as running:
        wait_until(lambda: len(running.workers()) == 2, "two workers")
        yield running
