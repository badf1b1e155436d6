"""A fake Hugging Face hub for the real client: one Space, built at once or never."""

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

import yaml

from models.storage.version_record import RECORD

TOKEN = "hf_planted-token"
NAME = "shop/storecast"
Files = dict[str, bytes]


class Hub:
    """Answers while the `with` block runs; `mode` is how a build goes.

    good · fails · keeps the old one · follows: the old build stays up, and has loaded a newer remote champion
    """

    def __init__(self) -> None:
        self.mode = "good"
        self.commits: dict[str, Files] = {}
        self.messages: list[str] = []
        self.exists = False
        self.head: str | None = None
        self.secrets: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.stage = "NO_APP_FILE"
        self.serves: str | None = None
        self.bento: str | None = None
        self.ahead: str | None = None  # a newer remote champion that the Space loads
        self.hiccups = 0  # how often it answers a status request with 503
        self.late_polls = 0  # how often it still reports the previous build

    def __enter__(self) -> Self:
        handler = type("Answers", (Answers,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def files(self) -> Files:
        """The Space's files."""
        return self.commits[self.head] if self.head else {}

    def commit(self, lines: list[dict[str, Any]]) -> str:
        """Accept a commit from the client and build the Space."""
        files = dict(self.files)
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                files.pop(value["path"], None)
            elif line["key"] == "header":
                self.messages.append(value["summary"])
        content = json.dumps({name: hashlib.sha1(part).hexdigest() for name, part in sorted(files.items())})
        self.head = hashlib.sha1(f"{len(self.commits)}{content}".encode()).hexdigest()
        self.commits[self.head] = files
        self._build(files)
        return self.head

    def _build(self, files: Files) -> None:
        if self.mode == "fails":
            self.stage = "BUILD_ERROR"
            return
        self.stage = "RUNNING"
        if self.mode in ("good", "follows"):
            [record] = [content for name, content in files.items() if name.endswith(f"/{RECORD}")]
            self.serves = self.ahead or json.loads(record)["version"]
        if self.mode == "good":
            self.bento = yaml.safe_load(files["bento.yaml"])["version"]


class Answers(BaseHTTPRequestHandler):
    """The routes of the hub and of the app in the Space."""

    hub: ClassVar[Hub]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/"):
            return self._api(path.removeprefix("/api/"))
        if found := re.fullmatch(rf"/spaces/{NAME}/resolve/(\w+)/(.+)", path):
            return self._file(*found.groups())
        self._app(path)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hub, path = self.hub, self.path.partition("?")[0]
        if path == "/predict":
            return self._json({"predicted_sales": 1.0, "model_version": hub.serves})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json({"error": "Invalid username or password."}, 401)
        if path == "/api/repos/create":
            hub.exists = True
            return self._json({"url": f"{hub.url}/spaces/{NAME}", "name": NAME})
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        action = path.removeprefix(f"/api/spaces/{NAME}/")
        if action in ("secrets", "variables"):
            setting = json.loads(body)
            getattr(hub, action)[setting["key"]] = setting["value"]
            return self._json({})
        if action == "preupload/main":
            requested = json.loads(body)["files"]
            modes = [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in requested
            ]
            return self._json({"files": modes})
        if action == "commit/main":
            commit = hub.commit([json.loads(line) for line in body.splitlines()])
            url = f"{hub.url}/spaces/{NAME}/commit/{commit}"
            return self._json({"success": True, "commitOid": commit, "commitUrl": url})
        self._json({"error": f"no such route: {path}"}, 404)

    def log_message(self, format: str, *args: object) -> None:
        return

    def _api(self, path: str) -> None:
        hub = self.hub
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json({"error": "Invalid username or password."}, 401)
        if not hub.exists:
            return self._json({"error": "Repository not found"}, 404, ("X-Error-Code", "RepoNotFound"))
        if path == f"spaces/{NAME}/runtime" and hub.hiccups:
            hub.hiccups -= 1
            return self._json({"error": "Service Unavailable"}, 503)
        if path == f"spaces/{NAME}/runtime":
            return self._json(self._runtime())
        if path.startswith(f"spaces/{NAME}/tree/"):
            files = hub.commits.get(path.rpartition("/")[2], hub.files)
            return self._json([entry(name, content) for name, content in files.items()])
        asked = path.rpartition("/revision/")[2]
        commit = asked if asked != path else hub.head
        files = hub.commits.get(str(commit), hub.files)
        names = [{"rfilename": name} for name in files]
        self._json({"id": NAME, "sha": commit, "host": hub.url, "siblings": names})

    def _runtime(self) -> dict[str, Any]:
        hub, hardware = self.hub, {"current": "cpu-basic", "requested": None}
        if hub.late_polls:
            hub.late_polls -= 1
            return {"stage": "BUILD_ERROR", "hardware": hardware, "sha": "of the build before"}
        return {"stage": hub.stage, "hardware": hardware, "sha": hub.head}

    def _file(self, commit: str, name: str) -> None:
        content = self.hub.commits[commit][name]
        etag = ("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self._send(content, 200, ("X-Repo-Commit", commit), etag)

    def _app(self, path: str) -> None:
        version = self.hub.serves
        if path == "/health":
            model = {"version": version, "cutoff": "2017-12-31"} if version else None
            return self._json({"model": model, "reason": "nothing was built"})
        if path == "/series":
            return self._json({"series": [{"store": 1, "item": 1}]})
        metrics = (
            f'storecast_model_info{{version="{version}"}} 1\n'
            f'bentoml_service_request_total{{service_version="{self.hub.bento}"}} 1\n'
        )
        self._send(metrics.encode(), 200)

    def _json(self, content: object, status: int = 200, *headers: tuple[str, str]) -> None:
        self._send(json.dumps(content).encode(), status, ("Content-Type", "application/json"), *headers)

    def _send(self, content: bytes, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(content)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def entry(name: str, content: bytes) -> dict[str, Any]:
    """A file as the hub lists it."""
    return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
