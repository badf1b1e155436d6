"""service.middleware.static_files: what a browser is sent, its headers, and when it wants a page."""

import gzip
from pathlib import Path

import pytest
from starlette.requests import Request

from service.middleware.static_files import FOLDER, Asset, load_assets, page_headers, prefers_html


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("accept", "is_html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.5, */*", False),
        ("text/html, */*", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html, application/json;q=0.9", True),
        ("TEXT/HTML", True),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        (",;q=,,", False),
    ],
)
def test_a_page_is_sent_only_to_clients_that_prefer_html(accept: str, is_html: bool) -> None:
    assert prefers_html(accept) is is_html


def test_an_asset_is_sent_once_and_then_known_by_its_tag() -> None:
    asset = Asset.of(b"let x = 1", "x.js")
    first = asset.answer(request(), {"a": "b"})
    assert (first.status_code, first.body, first.headers["a"]) == (200, b"let x = 1", "b")
    assert first.media_type == "text/javascript"
    again = asset.answer(request(if_none_match=first.headers["etag"]), {})
    assert (again.status_code, again.body) == (304, b"")
    assert Asset.of(b"let x = 2", "x.js").etag != asset.etag


def test_an_asset_is_compressed_for_clients_that_accept_it() -> None:
    asset = Asset.of(b"let x = 1;" * 100, "x.js")
    plain, compressed = asset.answer(request(), {}), asset.answer(request(accept_encoding="gzip, br"), {})
    assert gzip.decompress(bytes(compressed.body)) == plain.body == asset.content
    assert "content-encoding" not in plain.headers
    assert (compressed.headers["content-encoding"], compressed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert asset.answer(request(), {"vary": "Accept"}).headers["vary"] == "Accept, Accept-Encoding"


def test_files_are_found_below_a_folder_and_hidden_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.css").write_text("p {}")
    (tmp_path / ".secret").touch()
    assert list(load_assets(tmp_path)) == ["a/b/c.css"]
    assert load_assets(tmp_path / "nowhere") == {}


def test_every_file_of_the_page_has_a_type_browsers_believe() -> None:
    types = {Path(name).suffix: asset.media_type for name, asset in load_assets(FOLDER).items()}
    assert types[".js"] == "text/javascript"
    assert types[".css"] == "text/css"
    assert types[".html"] == "text/html"


def test_pages_may_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    policy = page_headers("'none'")["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-ancestors https://a.example" in page_headers("https://a.example")["content-security-policy"]
