"""A batch by a running server: the same file as in-process, and messages about servers that cannot."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from data.panel.frames import write_csv
from data.panel.sales_panel import SalesPanel
from service.batch import __main__ as batch
from tests.integration.serving import Service


@pytest.mark.parametrize("has_history", [False, True])
def test_a_server_gives_the_same_file_as_this_process(
    service: Service, clone: Path, small_panel: SalesPanel, has_history: bool
) -> None:
    options = ["--horizon-days", "9"]
    if has_history:
        write_csv(small_panel, clone / "sales.csv")
        options += ["--sales", "sales.csv"]
    assert batch.main([*options, "--out", "here.csv"]) == 0
    assert batch.main([*options, "--out", "there.csv", "--url", service.url]) == 0
    assert (clone / "here.csv").read_text() == (clone / "there.csv").read_text()


class Stranger(BaseHTTPRequestHandler):
    """A server of another kind: a page on every path, and no health."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html>Hello")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal of the tests."""


@pytest.fixture
def stranger() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_kind_of_server_is_recognised(
    stranger: str, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch.main(["--out", "f.csv", "--url", stranger]) == 2
    assert "is not a Storecast server" in capsys.readouterr().err
    assert not (clone / "f.csv").exists()


def test_a_wrong_path_of_a_server_is_reported_with_its_error_message(
    service: Service, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch.main(["--out", "f.csv", "--url", f"{service.url}/docs"]) == 2
    assert '404, There is no route "/docs/health".' in capsys.readouterr().err
