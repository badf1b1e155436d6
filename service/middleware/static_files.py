"""Files for browsers, read once and kept in memory, and the security headers of pages."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parents[1] / "page" / "ui"
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}


def page_headers(frame_ancestors: str) -> dict[str, str]:
    """Headers of every page: nothing from elsewhere, nothing inline, no frame but where it was allowed."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )
    return {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-cache",
    }


@dataclass(frozen=True)
class Asset:
    """One file in memory, also compressed: a page has to be small on the wire."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, name: str) -> Asset:
        """An asset of that content; its type follows from the suffix of its name."""
        suffix = Path(name).suffix
        media_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        return cls(content, gzip.compress(content, 6, mtime=0), media_type, etag)

    def answer(self, request: Request, headers: dict[str, str]) -> Response:
        """200 with the file, or 304 when the browser's copy is this one."""
        vary = ", ".join([*filter(None, [headers.get("vary")]), "Accept-Encoding"])
        headers = {**headers, "etag": self.etag, "vary": vary}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.content, headers=headers, media_type=self.media_type)
        headers["content-encoding"] = "gzip"
        return Response(self.compressed, headers=headers, media_type=self.media_type)


async def send_asset(asset: Asset, headers: dict[str, str], request: Request) -> Response:
    """A route's endpoint, once its asset and headers are bound."""
    return asset.answer(request, headers)


def load_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every file below the folder, by its path within it; none when there is no folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): Asset.of(path.read_bytes(), path.name) for path in files}


def prefers_html(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, 12.5.1) wants text/html rather than JSON or just anything."""
    weights = dict(_weighted(part) for part in accept.split(",") if part.strip())
    return weights.get("text/html", 0.0) > max(weights.get("application/json", 0.0), weights.get("*/*", 0.0))


def _weighted(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    try:
        return kind, next((float(piece[2:]) for piece in parameters if piece.startswith("q=")), 1.0)
    except ValueError:
        return kind, 0.0
