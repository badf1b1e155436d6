"""A planner's four questions, answered by clicks in a real browser."""

import re

import pytest
from playwright.sync_api import Page, Position, expect

from tests.integration.page.shown import expect_settled, number, open_at, over, width

pytestmark = pytest.mark.browser


# What needs me today?


def test_the_first_visit_opens_on_what_needs_attention(page: Page) -> None:
    expect(page.get_by_role("button", name="Needs you 3")).to_have_attribute("aria-pressed", "true")
    rows = page.locator("#list [role=option]")
    expect(rows).to_have_count(3)
    notes = {
        row.locator(".row-name").inner_text(): row.locator(".row-note").inner_text() for row in rows.all()
    }
    assert notes["Store 1 · Item 3"] == "No records for 9 days"
    assert notes["Store 2 · Item 5"] == "Nothing sold for 6 days"
    assert re.fullmatch(r"▲ Last week \d+\s% more than usual", notes["Store 3 · Item 8"])
    expect(page.locator("[role=option][aria-selected=true] .row-name")).to_have_text(
        page.locator("h1").inner_text()
    )


def test_a_click_shows_the_series_and_its_reason(page: Page) -> None:
    page.locator("#list").get_by_text("Store 1 · Item 3", exact=True).click()
    expect(page.locator("h1")).to_have_text("Store 1 · Item 3")
    expect(page.locator("#headline")).to_contain_text("Needs you: No records for 9 days")
    assert "store=1&item=3&days=28" in page.url


# How much will sell?


def test_the_sum_is_that_of_the_days_in_the_table(page: Page) -> None:
    open_at(page, "store=1&item=2&days=7")
    expect(page.locator("#headline")).to_contain_text("Next 7 days")
    expect(page.locator("#table tbody:not(.history) tr:not(.group)")).to_have_count(7)
    days = page.locator("#table tbody:not(.history) td:nth-child(2)").all_inner_texts()
    assert number(page.locator("#headline strong").inner_text()) == pytest.approx(
        sum(map(number, days)), abs=4
    )


@pytest.mark.parametrize("days", ["7", "28", "90 days"])
def test_the_days_ahead_are_chosen_by_a_button(page: Page, days: str) -> None:
    page.get_by_role("group", name="Forecast days").get_by_role("button", name=days, exact=True).click()
    expect(page.locator("#headline")).to_contain_text(f"Next {days.removesuffix(' days')} days")
    assert f"days={days.removesuffix(' days')}" in page.url


def test_a_store_is_chosen_like_a_series_and_has_no_invented_range(page: Page) -> None:
    page.get_by_role("button", name="Stores").click()
    page.locator("#list").get_by_text("Store 2", exact=True).click()
    expect(page.locator("h1")).to_have_text("Store 2 · all items")
    expect(page.locator("#legend")).to_contain_text("No range: the ranges of single series do not add up.")
    expect(page.locator("#table thead")).not_to_contain_text("range")
    expect(page.locator("#explanation h2")).to_have_text("Largest changes against last year")


def test_one_click_leads_from_a_total_to_what_moves_it(page: Page) -> None:
    open_at(page, "store=2&days=28")
    page.locator("#explanation a").first.click()
    expect(page.locator("h1")).to_have_text(re.compile(r"Store 2 · Item \d"))


def test_the_table_by_week_adds_up_to_the_same(page: Page) -> None:
    open_at(page, "days=28")
    page.get_by_role("button", name="By week").click()
    expect(page.locator("#table thead")).to_contain_text("Week")
    weeks = page.locator("#table tbody:not(.history) td:nth-child(2)").all_inner_texts()
    assert len(weeks) in (4, 5)
    assert sum(map(number, weeks)) == pytest.approx(
        number(page.locator("#headline strong").inner_text()), abs=3
    )
    assert "by=week" in page.url


# Can I believe it?


def test_the_status_line_shows_the_error_of_the_backtest_and_its_details(page: Page) -> None:
    line = page.locator("#model-status summary")
    expect(line).to_have_text(
        re.compile(r"Healthy.*error [\d.]+\s% in the last backtest \(repeating last week: [\d.]+")
    )
    expect(line).to_have_text(re.compile(r"\d days? ago"))
    line.click()
    expect(page.locator("#model-status dl")).to_contain_text("days the model was not trained on")
    expect(page.locator("#model-status dl")).to_contain_text("Not checked yet.")


def test_the_backtest_of_the_series_itself_is_shown(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    words = page.locator("#backtest-check").inner_text()
    forecast, sold = (number(n) for n in re.search(r"([\d,]+) forecast, ([\d,]+) sold", words).groups())  # type: ignore[union-attr]
    assert forecast == pytest.approx(sold, rel=0.5)


def test_a_series_with_a_cold_start_says_so(page: Page) -> None:
    open_at(page, "store=3&item=1&days=28")
    expect(page.locator("#headline")).to_contain_text("Too new for a forecast of its own")
    expect(page.locator("#table")).to_contain_text("from similar series")


# Why?


def test_the_parts_of_a_day_add_up_to_its_forecast(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    expect(page.locator("#explanation h2")).to_have_text(re.compile(r"Why [\d.,]+ units on \w+"))
    parts = page.locator("#explanation .part-units").all_inner_texts()
    total = sum(number(part) * (-1 if part.startswith("−") else 1) for part in parts)
    forecast = number(re.search(r"Why ([\d.,]+)", page.locator("#explanation h2").inner_text()).group(1))  # type: ignore[union-attr]
    assert total == pytest.approx(forecast, abs=2)


def test_a_click_on_a_forecast_day_explains_that_day(page: Page) -> None:
    open_at(page, "store=1&item=2&days=7")
    last: Position = {"x": width(over(page)) - 2, "y": 40}
    over(page).hover(position=last)
    expect(page.locator("#day-text")).to_contain_text("forecast")
    day = page.locator("#day-text").inner_text().split(":")[0]
    over(page).click(position=last)
    expect(page.locator("#explanation h2")).to_contain_text(f"on {day}?")


def test_the_explained_day_stays_when_more_days_are_shown(page: Page) -> None:
    open_at(page, "store=1&item=2&days=7")
    over(page).click(position={"x": width(over(page)) - 2, "y": 40})
    expect_settled(page)
    day = page.locator("#explanation h2").inner_text().split(" on ")[1]
    page.get_by_role("button", name="28", exact=True).click()
    expect(page.locator("#headline")).to_contain_text("Next 28 days")
    expect_settled(page)
    assert page.locator("#explanation h2").inner_text().endswith(day)
