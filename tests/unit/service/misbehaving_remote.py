"""A git host and a DVC remote that can fail on request, for services that load a remote champion."""

from __future__ import annotations

import base64
import threading
import time
from datetime import timedelta
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from models.storage.version_record import RECORD, ChampionRecord, FileDigest, new_version

AUTH = f"Basic {base64.b64encode(b'me:sesame').decode()}"


class Remote:
    """A git host and a DVC remote in one, which can fail on request."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.record = folder, ChampionRecord.read(folder / RECORD)
        self.promote(days=-20)  # so that there are days for newer ones
        self.fault = ""
        self.requested: list[str] = []
        self.changed: dict[str, bytes] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def promote(self, days: int) -> ChampionRecord:
        created_at = self.record.created_at + timedelta(days=days)
        version = new_version(created_at, self.record.files)
        self.record = self.record.model_copy(update={"created_at": created_at, "version": version})
        return self.record

    def break_honestly(self, name: str) -> None:
        """Give a file useless content, with the right digest."""
        self.changed[name] = b"PK of no use"
        sha, md = (digest(self.changed[name]).hexdigest() for digest in (sha256, md5))
        digest = FileDigest(sha256=sha, md5=md, bytes=len(self.changed[name]))
        self.record = self.record.model_copy(update={"files": {**self.record.files, name: digest}})

    def answer(self, path: str) -> tuple[int, bytes]:
        if path == "/champion.json":
            content = self.record.model_dump_json().encode()
            return 200, {"no record": b"<html>", "endless record": b"x" * 2**21}.get(self.fault, content)
        if self.fault == "missing":
            return 404, b""
        md5 = path.removeprefix("/files/md5/").replace("/", "")
        (name,) = (name for name, digest in self.record.files.items() if digest.md5 == md5)
        content = self.changed.get(name) or (self.folder / name).read_bytes()
        if self.fault == "corrupt" and name == "methods.npy":
            content = content[:-1] + bytes([content[-1] ^ 1])
        if self.fault == "endless":
            content += b"x" * 1000
        if self.fault == "short":
            content = content[:-1]
        return 200, content

    def _handler(remote: Remote) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                remote.requested.append(self.path)
                status, content = remote.answer(self.path)
                if self.headers["authorization"] != AUTH:
                    status, content = 401, b""
                if remote.fault == "dead":
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                if remote.fault == "slow" and self.path != "/champion.json":
                    for byte in content:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.05)
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
