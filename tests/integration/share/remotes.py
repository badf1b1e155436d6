"""Local remotes for the real dvc: S3 and HTTP with basic authentication, at DagsHub's paths."""

from __future__ import annotations

import base64
import http.client
import socket
from abc import ABC, abstractmethod
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

from moto.server import ThreadedMotoServer

OWNER, REPO, TOKEN = "ann", "sales", "a-token"
PORTS = range(3500, 3600)
OBJECTS = "/files/md5/"
Fault = Literal["none", "unwilling", "silent", "slow", "cut off", "corrupt"]
_given: set[int] = set()


def free_port() -> int:
    """A free port of 127.0.0.1, returned once per run."""
    for port in PORTS:
        with socket.socket() as probe:
            if port not in _given and probe.connect_ex(("127.0.0.1", port)):
                _given.add(port)
                return port
    raise RuntimeError(f"No port of {PORTS} is free.")


class Handler(BaseHTTPRequestHandler):
    """Answers requests, or fails in the way of `fault`."""

    protocol_version = "HTTP/1.1"
    remote: ClassVar[Remote]

    def do_anything(self) -> None:
        body = self.body()
        fault = self.remote.fault
        is_object = OBJECTS in self.path
        self.remote.requests.append(f"{self.command} {self.path}")
        if fault == "silent" or (fault == "slow" and is_object):
            self.remote.closing.wait()
        if fault == "silent" or (fault in ("slow", "cut off") and is_object):
            self.close_connection = True
        elif fault == "unwilling" and is_object:
            self.reply(503, b"")
        elif not self.remote.knows(self.headers):
            self.reply(*self.remote.refusal)
        else:
            status, content, headers = self.remote.answer(self, body)
            if fault == "corrupt" and is_object and self.command == "GET":
                content = bytes(byte ^ 1 for byte in content)
            self.reply(status, content, headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_anything

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def reply(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        own = {"Content-Length": str(len(content)), "Connection": "close"}
        self.send_response_only(status)
        for name, value in {**own, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class Server(ThreadingHTTPServer):
    """Ignore clients that close the connection."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Log nothing."""


class Remote(ABC):
    """Serves while the `with` block runs; set `fault` to make it fail."""

    name: str
    path: str
    refusal: tuple[int, bytes]

    def __init__(self) -> None:
        self.fault: Fault = "none"
        self.requests: list[str] = []
        self.closing = Event()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{self.path}"

    def __enter__(self) -> Self:
        handler = type("Handler", (Handler,), {"remote": self})
        self._server = Server(("127.0.0.1", self.port), handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @abstractmethod
    def knows(self, headers: Message) -> bool:
        """Whether the request has the right credentials."""

    @abstractmethod
    def answer(self, request: Handler, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Status, content and headers."""


class HttpRemote(Remote):
    """Files in a folder, by the path they were posted to."""

    name = "dagshub-http"
    path = f"/{OWNER}/{REPO}.dvc"
    refusal = 401, b""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def knows(self, headers: Message) -> bool:
        expected = base64.b64encode(f"{OWNER}:{TOKEN}".encode()).decode()
        return headers.get("Authorization") == f"Basic {expected}"

    def answer(self, request: Handler, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        file = self.folder / request.path.removeprefix("/")
        if request.command in ("POST", "PUT"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
            return 200, b"", {}
        return (200, file.read_bytes(), {}) if file.is_file() else (404, b"", {})


class S3Remote(Remote):
    """moto's S3 behind a path of its own; the access key is checked, which moto does not do."""

    name = "dagshub"
    path = f"/{OWNER}/{REPO}.s3"
    refusal = 403, b"<Error><Code>InvalidAccessKeyId</Code><Message>No such key.</Message></Error>"

    def __enter__(self) -> Self:
        self._moto_port = free_port()
        self._moto = ThreadedMotoServer("127.0.0.1", self._moto_port, verbose=False)
        self._moto.start()
        self._ask_moto("PUT", "/dvc", b"", {})
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._moto.stop()

    def knows(self, headers: Message) -> bool:
        return f"Credential={TOKEN}/" in headers.get("Authorization", "")

    def answer(self, request: Handler, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        return self._ask_moto(request.command, request.path.removeprefix(self.path), body, headers)

    def _ask_moto(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        moto = http.client.HTTPConnection("127.0.0.1", self._moto_port)
        moto.request(method, path, body, headers)
        response = moto.getresponse()
        content = response.read()
        moto.close()
        headers = {name: value for name, value in response.getheaders() if name not in ("Connection", "Date")}
        return response.status, content, {k: v for k, v in headers.items() if k != "Transfer-Encoding"}
