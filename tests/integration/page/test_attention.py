"""What needs the planner's attention: drift of stores and series, old sales, discontinued series."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.integration.page.conftest import LONG_SILENCE_DAYS
from tests.integration.page.shown import expect_settled, open_at

pytestmark = pytest.mark.browser


def no_attention(route: Route) -> None:
    """Answer /page/overview without a series that needs attention."""
    route.fulfill(json=route.fetch().json() | {"attention": [], "attention_count": 0})


def answer_drift(page: Page, finding: dict[str, Any], **fields: Any) -> None:
    """Answer /drift with one finding."""
    found = {"drift_found": True, "verdict": "drift", "words": "Last 28 days: drift.", "moved": [finding]}
    page.route("**/drift", lambda route: route.fulfill(json=found | fields))


def test_that_nothing_needs_attention_is_shown_without_a_click(context: BrowserContext, server: Any) -> None:
    page = context.new_page()
    page.route("**/page/overview*", no_attention)
    page.goto(server.address)
    expect(page.locator("h1")).to_have_text("All stores and items")
    expect(page.locator("#list-note")).to_contain_text("Nothing needs you today: 24 series checked.")


def test_drift_of_a_store_is_listed_first_and_in_the_status_line(
    context: BrowserContext, server: Any
) -> None:
    words = "Store 2: sold 12 % less than forecast"
    page = context.new_page()
    answer_drift(page, {"group": "store 2", "words": words, "store": 2, "item": None})
    page.goto(server.address)
    expect(page.locator("#model-status summary")).to_contain_text("Sales patterns have changed")
    expect(page.locator("#list .row-note").first).to_have_text(words)
    page.locator("#list [role=option]").first.click()
    expect(page.locator("h1")).to_have_text("Store 2 · all items")


def test_drift_of_a_series_is_listed_first_once_and_leads_to_it(context: BrowserContext, server: Any) -> None:
    words = "Store 1, item 3: sold 63 % less than forecast"
    page = context.new_page()
    answer_drift(page, {"group": "store 1, item 3", "words": words, "store": 1, "item": 3})
    page.goto(f"{server.address}#store=2&days=28")
    expect_settled(page)
    page.get_by_role("button", name="Needs you 3").click()
    expect(page.locator("#list .row-note").first).to_have_text(words)
    expect(page.locator("#list").get_by_text("Store 1 · Item 3", exact=True)).to_have_count(1)
    page.locator("#list [role=option]").first.click()
    expect(page.locator("h1")).to_have_text("Store 1 · Item 3")
    expect(page.locator("#headline")).to_contain_text(f"Needs you: {words}")


def test_drift_of_other_sales_is_not_shown(context: BrowserContext, server: Any) -> None:
    words = "Store 2: sold 12 % less than forecast"
    page = context.new_page()
    answer_drift(
        page, {"group": "store 2", "words": words, "store": 2, "item": None}, continues_history=False
    )
    page.goto(server.address)
    expect(page.locator("#model-status summary")).to_contain_text("drift not checked")
    expect(page.locator("#list")).not_to_contain_text(words)


def test_nothing_needs_you_is_not_shown_while_drift_is_open(context: BrowserContext, server: Any) -> None:
    page = context.new_page()
    page.route("**/page/overview*", no_attention)
    answer_drift(page, {"group": "weekday 6", "words": "Sundays: 30 % more", "store": None, "item": None})
    page.goto(server.address)
    expect(page.locator("#list-note")).to_have_text(
        "Sales patterns have changed, but no single series stands out."
    )


@pytest.mark.parametrize(
    ("summary", "note"),
    [
        ({"continues_history": False}, "Nothing needs you today"),  # a check of other sales
        (
            {"window": {"from": "2000-01-01", "to": "2000-01-28"}},
            "Nothing needs you today",
        ),  # trained on since
        ({"window": {"from": "2100-01-01", "to": "2100-01-28"}}, "Sales patterns have changed"),
    ],
)
def test_drift_is_open_until_a_model_is_trained_on_its_days(
    context: BrowserContext, server: Any, summary: dict[str, Any], note: str
) -> None:
    page = context.new_page()
    page.route("**/page/overview*", no_attention)
    answer_drift(page, {"group": "all", "words": "30 % more", "store": None, "item": None}, **summary)
    page.goto(server.address)
    expect(page.locator("#list-note")).to_contain_text(note)
    expect_settled(page)
    is_open = note.startswith("Sales patterns")
    expect(page.locator("#model-status strong")).to_have_text(
        "Sales patterns have changed:" if is_open else "Healthy:"
    )


def test_nothing_needs_you_is_not_shown_while_sales_are_old(context: BrowserContext, server: Any) -> None:
    page = context.new_page()
    page.route("**/page/overview*", no_attention)
    page.clock.install(time="2030-01-01T12:00:00Z")
    page.goto(server.address)
    expect(page.locator("#list-note")).to_contain_text("Load newer sales to see what needs you.")


def test_nothing_needs_you_is_not_shown_before_the_drift_check_is_read(
    context: BrowserContext, server: Any
) -> None:
    page, held = context.new_page(), list[Route]()
    page.route("**/page/overview*", no_attention)
    page.route("**/drift", lambda route: held.append(route))
    page.goto(server.address)
    expect(page.locator("h1")).to_have_text("All stores and items")
    expect(page.locator("#picker")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#list-note")).to_be_empty()
    expect(page.locator("#model-status")).to_have_attribute("aria-busy", "true")
    held[0].abort()
    expect(page.locator("#list-note")).to_contain_text("The last drift check could not be read.")


def test_a_discontinued_series_is_shown_as_such(page: Page) -> None:
    last_sale = datetime.now(UTC).date() - timedelta(days=1 + LONG_SILENCE_DAYS)
    open_at(page, "store=1&item=6&days=28")
    expect(page.locator("#headline strong")).to_have_text("0")
    expect(page.locator("#headline")).to_contain_text(
        re.compile(
            rf"No sales since {last_sale.day} \w+ {last_sale.year}: treated as discontinued, forecast 0\."
        )
    )
    expect(page.locator("#table tbody:not(.history) .is-note").first).to_have_text("discontinued")
    expect(page.locator("#explanation")).to_be_hidden()


def test_discontinued_series_are_left_out_of_totals(page: Page) -> None:
    open_at(page, "store=1&days=28")
    expect(page.locator("#totals")).to_contain_text("Total of 7 series")
    expect(page.locator("#headline")).to_contain_text("Left out: 1 series treated as discontinued.")
    page.get_by_role("button", name="Series").click()
    row = page.locator("#list [role=option]", has_text="Store 1 · Item 6")
    expect(row.locator(".row-note")).to_have_text("discontinued")
