"""Debian's Prometheus, Alertmanager and Pushgateway with the project's configuration, and a webhook."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.integration.serving import free_port, wait_until

ROOT = Path(__file__).resolve().parents[3]
MONITORING = ROOT / "monitoring"
# promtool tests the minutes that alerts wait for; here they wait for seconds: one slow scrape is no outage.
SHORT_INTERVALS = {
    "scrape_interval: 15s": "scrape_interval: 2s",
    "scrape_timeout: 10s": "scrape_timeout: 2s",
    "evaluation_interval: 15s": "evaluation_interval: 1s",
    "group_wait: 15s": "group_wait: 1s",
    "group_interval: 5m": "group_interval: 1s",
}
WAITS = "for: 2m", "for: 5m", "for: 10m", "for: 15m", "for: 1h", "for: 1d"


class Watch:
    """The three servers and a webhook while the `with` block runs; they monitor one service."""

    def __init__(self, folder: Path, service: str) -> None:
        self.folder = folder
        self.alerts: list[dict[str, Any]] = []
        self.slack: list[str] = []
        self.ports = {name: free_port() for name in ("prometheus", "alertmanager", "pushgateway", "webhook")}
        self._service = service
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._configure()
        self._listen()
        rules = self.folder / "prometheus.yml"
        self._run("prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{self.ports['pushgateway']}")
        self._run(
            "prometheus-alertmanager",
            f"--config.file={self.folder}/alertmanager.yml",
            f"--storage.path={self.folder}/alertmanager",
            f"--web.listen-address=127.0.0.1:{self.ports['alertmanager']}",
            "--cluster.listen-address=",
        )
        self._run(
            "prometheus",
            f"--config.file={rules}",
            f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}",
        )
        self.client = self._stack.enter_context(httpx.Client(base_url=self.url("prometheus"), timeout=10))
        wait_until(self._is_ready, "Prometheus to be ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def url(self, name: str) -> str:
        """The address of one of the servers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The current result of a PromQL expression."""
        answer = self.client.get("/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", answer
        return [series for series in answer["data"]["result"] if series["value"][1] != "NaN"]

    def received(self, alert: str, status: str = "firing") -> bool:
        """Whether the webhook received an alert."""
        return any(
            sent["labels"]["alertname"] == alert and sent["status"] == status for sent in list(self.alerts)
        )

    def _configure(self) -> None:
        (self.folder / "rules").mkdir(parents=True)
        hosts = {"storecast:3000": self._service, "localhost:9090": f"127.0.0.1:{self.ports['prometheus']}"}
        hosts |= {
            f"{name}:{port}": f"127.0.0.1:{self.ports[name]}"
            for name, port in (("alertmanager", 9093), ("pushgateway", 9091))
        }
        config = (MONITORING / "prometheus" / "prometheus.yml").read_text()
        (self.folder / "prometheus.yml").write_text(replaced(config, SHORT_INTERVALS | hosts))
        rules = (MONITORING / "prometheus" / "rules" / "storecast.rules.yml").read_text()
        shortened = replaced(rules, dict.fromkeys(WAITS, "for: 5s"))
        (self.folder / "rules" / "storecast.rules.yml").write_text(shortened)
        alertmanager, webhook = self.folder / "alertmanager.yml", self.url("webhook")
        configure_alertmanager(alertmanager, ALERT_WEBHOOK_URL=webhook, ALERT_SLACK_URL=f"{webhook}/slack")
        alertmanager.write_text(replaced(alertmanager.read_text(), SHORT_INTERVALS))

    def _listen(self) -> None:
        alerts, slack = self.alerts, self.slack

        class Webhook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/slack":
                    slack.append(body.decode())
                else:
                    alerts.extend(json.loads(body)["alerts"])
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", self.ports["webhook"]), Webhook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)

    def _run(self, *command: str) -> None:
        log = self._stack.enter_context((self.folder / f"{command[0]}.log").open("wb"))
        process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.terminate)

    def _is_ready(self) -> bool:
        try:
            return self.client.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False


def configure_alertmanager(file: Path, **settings: str) -> None:
    """Alertmanager's configuration as its container writes it."""
    script = MONITORING / "alertmanager" / "configure.sh"
    environment = {"PATH": os.environ["PATH"], **settings}
    subprocess.run(["sh", str(script), str(file)], env=environment, check=True, capture_output=True)


def replaced(text: str, by: dict[str, str]) -> str:
    """A text with words replaced; words that do not occur are ignored."""
    for old, new in by.items():
        text = text.replace(old, new)
    return text


def missing_tools(names: Sequence[str]) -> list[str]:
    """Those programs that are not installed."""
    return [name for name in names if shutil.which(name) is None]
