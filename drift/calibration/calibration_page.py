"""reports/drift_calibration.html: false alarms and power of the drift check, as one file."""

from pathlib import Path
from typing import Any

import jinja2

TEMPLATE = Path(__file__).with_name("calibration.html")


def calibration_page(report: dict[str, Any]) -> str:
    """The power study of a calibration as HTML."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(report)
