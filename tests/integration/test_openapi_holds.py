"""The OpenAPI document is true: generated requests find no 5xx and no answer that it does not describe.

`make test` asks about 1,000 times; STORECAST_GENERATED_REQUESTS=10000 asks more often.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.serving import ROOT, Service

OPERATIONS_WITH_INPUT = 5  # those that fuzzing spends its requests on
REQUESTS = int(os.environ.get("STORECAST_GENERATED_REQUESTS", "1000"))


@pytest.mark.timeout(300 + REQUESTS // 5)
def test_generated_requests_find_nothing_that_is_not_documented(service: Service) -> None:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/docs.json"),
        *("--max-examples", str(REQUESTS // OPERATIONS_WITH_INPUT), "--seed", "1", "--no-color"),
        # It calls a rejection wrong that no schema can express: that a day lies within a model's horizon.
        *("--exclude-checks", "positive_data_acceptance"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.integration.one_shape", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=service.folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-5000:]
    generated = re.search(r"(\d[\d,]*) generated", ran.stdout)
    assert generated, ran.stdout
    assert int(generated[1].replace(",", "")) >= 0.8 * REQUESTS
