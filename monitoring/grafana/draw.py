"""Write the dashboards as Grafana's JSON: `make dashboards`.

Tests check them against Grafana's own types, and run each query on a real Prometheus.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from monitoring.grafana.panels import DASHBOARDS, Panel

FOLDER = Path(__file__).parent / "dashboards"
DATASOURCE = {"type": "prometheus", "uid": "prometheus"}
COLUMNS = 24

Json = dict[str, Any]


def dashboard(uid: str, title: str, span: str, panels: Sequence[Panel]) -> Json:
    """A dashboard in Grafana's schema."""
    return {
        "uid": f"storecast-{uid}",
        "title": title,
        "tags": ["storecast"],
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": f"now-{span}", "to": "now"},
        "timezone": "utc",
        "panels": list(_laid_out(panels)),
    }


def _laid_out(panels: Sequence[Panel]) -> Iterator[Json]:
    """Panels from left to right, each row as high as its panels."""
    x = y = 0
    height = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > COLUMNS or (height and height != _height(panel)):
            x, y = 0, y + height
        height = _height(panel)
        yield _panel(number, panel, {"h": height, "w": panel.width, "x": x, "y": y})
        x += panel.width


def _height(panel: Panel) -> int:
    return 4 if panel.kind == "stat" else 8


def _panel(number: int, panel: Panel, place: Json) -> Json:
    targets = [
        {"refId": chr(ord("A") + i), "datasource": DATASOURCE, "expr": query, "legendFormat": name}
        for i, (name, query) in enumerate(panel.queries.items())
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "options": _options(panel),
    }


def _options(panel: Panel) -> Json:
    if panel.kind == "timeseries":
        legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    shows_label = any(name.startswith("{{") for name in panel.queries)
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    return {"reduceOptions": reduced, "textMode": "name" if shows_label else "value", "colorMode": "none"}


def main() -> None:
    """Write every dashboard to dashboards/."""
    for uid, (title, span, panels) in DASHBOARDS.items():
        content = json.dumps(dashboard(uid, title, span, panels), indent=2, ensure_ascii=False)
        (FOLDER / f"{uid}.json").write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
