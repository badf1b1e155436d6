"""service.app: what BentoML serves."""

import os
import subprocess
import sys


def test_an_invalid_setting_ends_the_server_with_one_sentence() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "bentoml", "serve", "service.app:ForecastService", "--port", "0"],
        env={**os.environ, "STORECAST_WORKERS": "none"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode != 0
    assert "STORECAST_WORKERS: " in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
