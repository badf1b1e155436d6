"""service.docs.api_reference: what the page shows of each operation."""

import json
import shlex

import pytest

from models.champion import Champion
from service.core import errors
from service.core.settings import Settings
from service.docs.api_reference import ERRORS, Section, breakable, indented, prose, sections_of
from service.docs.openapi import openapi_document
from service.routes import create_routes


@pytest.fixture(scope="module")
def sections(champion: Champion) -> list[Section]:
    settings = Settings()
    return sections_of(openapi_document(create_routes(settings).routes, champion, settings))


def test_routes_of_the_page_are_apart_in_the_last_section(sections: list[Section]) -> None:
    assert [section.id for section in sections] == ["forecasts", "model", "operation", "page"]
    for section in sections:
        is_page = {operation.path.startswith("/page/") for operation in section.operations}
        assert is_page == {section.id == "page"}


def test_every_operation_has_an_example_request_and_those_of_json_an_example_response(
    sections: list[Section],
) -> None:
    for operation in (operation for section in sections[:3] for operation in section.operations):
        words = shlex.split(operation.curl)
        assert words[0] == "curl"
        if operation.method == "POST":
            assert json.loads(words[-1])
            assert json.loads(operation.body)
            assert operation.request[0][1]
        if operation.response and operation.response[0][1]:
            assert json.loads(operation.example), operation.path


def test_every_field_of_the_forecast_endpoints_is_listed(sections: list[Section]) -> None:
    predict, forecast = sections[0].operations[:2]
    assert [len(rows) for _, rows in predict.request] == [3, 13, 0]
    assert predict.request[2][0] == "Or a list of at most 1,000 such objects."
    assert {"forecasts[].days[].upper_95", "cutoff"} <= {row.name for row in forecast.response[0][1]}


def test_every_code_of_the_service_is_explained() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, errors.Kind)}
    assert kinds - set(ERRORS) == {errors.CLIENT_CLOSED_REQUEST}  # no caller sees it
    assert set(ERRORS) <= kinds


def test_short_objects_are_on_one_line_and_long_ones_on_several() -> None:
    assert indented({"a": [1, {"b": "é"}]}) == '{"a": [1, {"b": "é"}]}'
    long = {"name": "x" * 80, "list": [1, 2]}
    assert indented(long).splitlines()[-2:] == ['  "list": [1, 2]', "}"]
    assert json.loads(indented([long, long])) == [long, long]


def test_text_is_escaped() -> None:
    assert prose("`a<b` & c") == "<code>a&lt;b</code> &amp; c"
    assert breakable("a[].<b>") == "a[].<wbr>&lt;b&gt;"
