"""States of the page: no model, a new model, no answer, an unknown series, drift, old sales."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.integration.page.shown import expect_settled, name_of, open_at
from tests.integration.serving import wait_until

pytestmark = pytest.mark.browser

RETURN_TO_TAB = "document.dispatchEvent(new Event('visibilitychange'))"


def test_an_unknown_series_is_named_with_a_link_to_the_total(page: Page) -> None:
    page.goto(f"{page.url.split('#')[0]}#store=99&item=1&days=28")
    expect(page.get_by_role("heading", level=1)).to_have_text("Store 99 · Item 1 is not known here")
    page.get_by_role("link", name="all stores and items together").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All stores and items")


def test_a_series_is_shown_in_full_after_an_unknown_one(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    page.goto(f"{page.url.split('#')[0]}#store=99&item=1&days=28")
    expect(page.locator("#empty-state")).to_be_visible()
    open_at(page, "store=1&item=2&days=28")
    expect(page.locator("#explanation h2")).to_be_visible()


def test_a_choice_without_an_answer_is_loaded_once_the_service_is_back(
    context: BrowserContext, server: Any
) -> None:
    page = context.new_page()
    page.goto(f"{server.address}#store=1&item=2&days=28")
    expect_settled(page)
    page.route("**/page/sales*", lambda route: route.abort())
    page.get_by_role("link", name="Store 1 · all items").click()
    expect(page.locator("#notices")).to_contain_text("The service does not answer")
    page.unroute_all()
    page.evaluate(RETURN_TO_TAB)
    expect(page.locator("h1")).to_have_text("Store 1 · all items")
    expect(page.locator("#notices")).to_be_empty()


def test_without_the_service_the_last_answer_stays_with_its_time(
    context: BrowserContext, server: Any
) -> None:
    page = context.new_page()
    page.goto(server.address)
    expect_settled(page)
    name = page.locator("h1").inner_text()
    context.route("**/health", lambda route: route.abort())
    context.route("**/page/**", lambda route: route.abort())
    page.evaluate(RETURN_TO_TAB)
    expect(page.locator("#notices")).to_contain_text(
        "The service does not answer. This page shows its answer of"
    )
    expect(page.locator("h1")).to_have_text(name)
    context.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#notices")).to_be_empty()


def test_new_forecasts_are_shown_without_a_reload(page: Page, server: Any, version_folder: Path) -> None:
    name = page.locator("h1").inner_text()
    version = server.promote(version_folder)
    page.evaluate(RETURN_TO_TAB)
    expect(page.locator("#notices")).to_contain_text("New forecasts since")
    expect(page.locator("h1")).to_have_text(name)
    page.locator("#model-status summary").click()
    expect(page.locator("#model-status dl")).to_contain_text(version)


def test_arrow_keys_work_while_models_change(page: Page, server: Any, version_folder: Path) -> None:
    open_at(page, "store=1&item=1&days=28")
    page.get_by_role("button", name="Series").click()
    for swap in range(1, 4):
        server.promote(version_folder)
        for _ in range(4):
            page.locator("#list").press("ArrowDown")
        store, item = divmod(4 * swap, 8)
        expect(page.locator("h1")).to_have_text(name_of(str(store + 1), str(item + 1)))
        expect(page.locator("[role=option][aria-selected=true]")).to_have_attribute("data-at", str(4 * swap))
    expect(page.locator("#notices")).not_to_contain_text("does not answer")


def test_without_explanations_the_section_is_hidden(page: Page, context: BrowserContext) -> None:
    def not_found(route: Route) -> None:
        error = {"error": {"code": "not_found", "message": "", "hint": None, "request_id": ""}}
        route.fulfill(status=404, body=json.dumps(error), content_type="application/json")

    other = context.new_page()
    other.route("**/explain", not_found)
    other.goto(page.url)
    expect(other.locator("#backtest-check")).to_be_visible()
    expect(other.locator("#explanation")).to_be_hidden()


def test_another_series_is_loaded_under_skeletons_and_not_under_old_reasons(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    held = list[Route]()
    page.route("**/page/sales*", lambda route: held.append(route))
    page.route("**/explain", lambda route: held.append(route))
    page.get_by_role("button", name="Series").click()
    page.locator("#list").get_by_text("Store 1 · Item 4", exact=True).click()
    expect(page.locator("h1")).to_have_text("Store 1 · Item 4")
    for part in ("#headline .sum-line", "#chart .uplot", "#explanation h2", "#table table", "#totals"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("button", name="CSV")).to_be_disabled()
    held.pop().continue_()
    expect(page.locator("#headline .sum-line")).to_be_visible()
    expect(page.locator("#explanation")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#explanation h2")).to_have_count(0)
    held.pop().continue_()
    expect(page.locator("#explanation h2")).to_be_visible()


def test_unknown_numbers_are_never_shown_as_0(page: Page, context: BrowserContext) -> None:
    def unknown(route: Route) -> None:
        answer = route.fetch().json()
        answer["sales"][-1] = answer["last_year"][-1] = answer["forecast"][0] = None
        route.fulfill(json=answer)

    other = context.new_page()
    other.route("**/page/sales*", unknown)
    other.goto(f"{page.url.split('#')[0]}#store=1&item=2&days=90")
    expect(other.locator("#table tbody:not(.history) tr:not(.group) td").first).to_have_text("–")
    expect(other.locator("#table tbody.history tr:not(.group) td").first).to_have_text("–")
    expect(other.locator("#table tbody.history .is-note").first).to_have_text("no record")


def test_a_key_is_requested_and_sent(context: BrowserContext, server: Any) -> None:
    def guard(route: Route) -> None:
        if route.request.headers.get("authorization") == "Bearer open-sesame":
            return route.continue_()
        refused.append(route)
        error = {"error": {"code": "unauthorized", "message": "", "hint": None, "request_id": ""}}
        return route.fulfill(status=401, body=json.dumps(error), content_type="application/json")

    page, refused = context.new_page(), list[Route]()
    page.route("**/page/**", guard)
    page.goto(server.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("This service needs a key")
    page.get_by_label("Key").fill("open-sesame")
    before = len(refused)
    wait_until(lambda: page.evaluate(RETURN_TO_TAB) or len(refused) > before + 1, "the page to try again")
    expect(page.get_by_label("Key")).to_have_value("open-sesame")
    page.get_by_role("button", name="Use key").click()
    page.wait_for_selector("#series-view .uplot")


def test_old_sales_are_reported_and_the_period_has_a_date(context: BrowserContext, server: Any) -> None:
    page = context.new_page()
    page.clock.install(time="2030-01-01T12:00:00Z")
    page.goto(f"{server.address}#store=1&item=2&days=28")
    expect(page.locator("#model-status summary")).to_contain_text("Needs newer sales")
    expect(page.locator("#model-status summary")).to_contain_text("years ago")
    expect(page.locator("#headline")).to_contain_text("28 days from")


def test_without_a_model_the_page_says_what_to_run_and_loads_it_later(
    empty_server: Any, context: BrowserContext, version_folder: Path
) -> None:
    page = context.new_page()
    page.goto(empty_server.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("No model yet")
    expect(page.locator("#empty-state")).to_contain_text("make train")
    empty_server.promote(version_folder)
    page.evaluate(RETURN_TO_TAB)
    page.wait_for_selector("#series-view .uplot")
    expect(page.locator("#empty-state")).to_be_hidden()
