"""The OpenAPI document is true: generated requests find no 5xx and no response that it does not describe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.serving import ROOT, Service

OPERATIONS_WITH_INPUT = 5  # those that fuzzing spends its requests on


@pytest.mark.parametrize(
    "n_requests", [200, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_generated_requests_find_nothing_that_is_not_documented(service: Service, n_requests: int) -> None:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/docs.json"),
        *("--max-examples", str(n_requests // OPERATIONS_WITH_INPUT), "--seed", "1", "--no-color"),
        # It calls a rejection wrong that no schema can express: that a day lies within a model's horizon.
        *("--exclude-checks", "positive_data_acceptance"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.integration.one_shape", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=service.folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-5000:]
    generated = re.search(r"(\d[\d,]*) generated", ran.stdout)
    assert generated, ran.stdout
    assert int(generated[1].replace(",", "")) >= 0.8 * n_requests
