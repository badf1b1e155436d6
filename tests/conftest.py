"""What every test shares: a home of its own for BentoML, so that no test touches a person's models."""

import os
import tempfile
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    home = tempfile.TemporaryDirectory(prefix="storecast-bentoml-")
    config.add_cleanup(home.cleanup)
    os.environ["BENTOML_HOME"] = str(Path(home.name))  # BentoML reads it once, when it is imported
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
