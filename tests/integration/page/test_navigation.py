"""Navigation by mouse, keyboard and links in a real browser."""

import csv
import io
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.integration.page.shown import expect_settled, number, open_at, over, width

pytestmark = pytest.mark.browser


def test_pointing_at_a_day_describes_it_and_dragging_zooms(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    expect(page.locator("#day-text")).to_contain_text("Point at a day")
    over(page).hover(position={"x": 100, "y": 50})
    sold_text = re.compile(r"^\w+, .+: [\d.,]+ sold; last year [\d.,]+\.$")
    expect(page.locator("#day-text")).to_have_text(sold_text)
    wide = width(over(page))
    over(page).hover(position={"x": wide - 10, "y": 50})
    expect(page.locator("#day-text")).to_contain_text("likely range")
    page.mouse.down()
    over(page).hover(position={"x": wide / 2, "y": 50})
    page.mouse.up()
    page.get_by_role("button", name="Show all days").click()
    expect(page.get_by_role("button", name="Show all days")).to_be_hidden()


def test_the_likely_range_is_as_wide_as_chosen_and_the_address_keeps_it(page: Page) -> None:
    open_at(page, "store=1&item=2&days=7")
    ranges = page.locator("#table tbody tr td:nth-child(3)")
    usual = ranges.first.inner_text()
    page.get_by_label("Likely range").select_option("Range: 9 of 10 days")
    expect(ranges.first).not_to_have_text(usual)
    assert "range=90" in page.url
    page.reload()
    expect_settled(page)
    expect(page.get_by_label("Likely range")).to_have_value("90")
    expect(ranges.first).not_to_have_text(usual)
    page.get_by_label("Likely range").select_option("Range: 8 of 10 days")
    expect(ranges.first).to_have_text(usual)
    open_at(page, "days=7")
    expect(page.get_by_label("Likely range")).to_be_disabled()


def test_everything_is_reached_by_keys(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("2 7")
    expect(page.locator("#list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Store 2 · Item 7")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Series").press("Enter")
    page.locator("#list").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("h1")).to_have_text("Store 2 · Item 8")
    page.keyboard.press("Home")
    expect(page.locator("h1")).to_have_text("Store 1 · Item 1")


def test_a_slash_focuses_the_search_and_is_never_typed_into_it(page: Page) -> None:
    search = page.locator("#search")
    for _ in range(3):  # also held down, or pressed again
        page.keyboard.press("/")
        expect(search).to_be_focused()
        expect(search).to_have_value("")
    page.keyboard.type("2 7")
    page.locator("#list").focus()
    page.keyboard.press("/")
    page.keyboard.press("/")
    expect(search).to_have_value("2 7")
    page.keyboard.type("3 1")  # the old search is selected and replaced
    expect(search).to_have_value("3 1")


def test_the_chart_is_read_by_arrow_keys(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    chart = page.get_by_role("slider")
    chart.press("ArrowRight")
    first = chart.get_attribute("aria-valuetext")
    chart.press("ArrowRight")
    second = chart.get_attribute("aria-valuetext")
    assert first is not None
    assert second is not None
    assert "forecast" in first
    assert first != second
    chart.press("PageUp")
    assert "sold" in (chart.get_attribute("aria-valuetext") or "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [("store 3 item 2", ["Store 3 · Item 2"]), ("3 2", ["Store 3 · Item 2"]), ("nothing like it", [])],
)
def test_search_finds_by_numbers_and_words(page: Page, typed: str, found: list[str]) -> None:
    page.locator("#search").fill(typed)
    expect(page.locator(".row-name")).to_have_text(found)
    expect(page.locator("#list-note")).to_contain_text("1 match" if found else "No store or item matches")


def test_a_choice_without_an_answer_is_marked_as_loading(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    held = list[Route]()
    page.route("**/page/overview*", lambda route: held.append(route))
    page.get_by_role("button", name="7", exact=True).click()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#headline")).to_contain_text("Next 28 days")
    held[0].continue_()
    expect(page.locator("#headline")).to_contain_text("Next 7 days")
    expect_settled(page)


def test_skipping_to_the_forecast_by_keys_keeps_the_choice(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the forecast")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert page.url.endswith("#store=1&item=2&days=28")
    page.goto(f"{page.url.split('#')[0]}#main")  # an address that says nothing of a choice changes none
    expect_settled(page)
    expect(page.locator("h1")).to_have_text("Store 1 · Item 2")


def test_links_reload_and_the_back_button_keep_the_choice(page: Page, context: BrowserContext) -> None:
    open_at(page, "store=2&item=5&days=7&by=week")
    page.reload()
    expect(page.locator("h1")).to_have_text("Store 2 · Item 5")
    expect(page.get_by_role("button", name="By week")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Store 2 · all items").click()
    expect(page.locator("h1")).to_have_text("Store 2 · all items")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Store 2 · Item 5")
    other = context.new_page()
    other.goto(page.url.split("#")[0])
    expect(other.locator("h1")).to_have_text("Store 2 · Item 5")  # the last choice is remembered


@pytest.mark.parametrize("to_the_first", [0, 30])
def test_back_returns_from_series_browsed_by_arrow_keys(page: Page, to_the_first: int) -> None:
    def press(*keys: str) -> None:
        page.locator("#search").focus()
        for key in keys:
            page.keyboard.press(key)
        expect_settled(page)

    open_at(page, "store=2&item=5&days=28")
    press(*["ArrowUp"] * to_the_first, *["Enter"] * bool(to_the_first))
    start = page.locator("h1").inner_text()
    for _ in range(2):  # the second time over the history that Back has left
        press("ArrowUp", "ArrowDown", "ArrowDown", "Enter")  # nothing is above the first
        expect(page.locator("h1")).not_to_have_text(start)
        page.go_back()
        expect(page.locator("h1")).to_have_text(start)


def test_the_csv_holds_what_the_page_shows(page: Page) -> None:
    open_at(page, "store=1&item=2&days=28")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "storecast-1-2-28-days.csv"
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    ahead = [row for row in rows if row["forecast"]]
    assert (len(rows), len(ahead)) == (112 + 28, 28)
    assert all(float(row["lower_80"]) <= float(row["forecast"]) <= float(row["upper_80"]) for row in ahead)
    total = number(page.locator("#headline strong").inner_text())
    assert sum(float(row["forecast"]) for row in ahead) == pytest.approx(total, abs=1)


@pytest.mark.parametrize(
    ("label", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        (" =1+1", "' =1+1"),
        ("+49 30", "'+49 30"),
        ("@sum", "'@sum"),
        ("-5", "-5"),
        ('a "b", c', '"a ""b"", c"'),
    ],
)
def test_labels_are_never_formulas_in_the_csv(page: Page, label: str, cell: str) -> None:
    """Spreadsheets run cells that begin with =, +, - or @."""
    text = page.evaluate(CSV_OF_LABEL, label)
    assert text.splitlines()[1].startswith(f"2026-11-22,{cell},")


CSV_OF_LABEL = """async (label) => {
  const [{ csvText }, { Timeline }] = await Promise.all(
    ["detail/csv_export", "chart/timeline"].map((name) => import(`${location.origin}/ui/${name}.js`)));
  const timeline = new Timeline({
    first_day: "2026-11-22", sales: [1], forecast: [2], last_year: [null, null], missing: [0],
    last_year_missing: [0, 0], ranges: null, methods: null,
  });
  return csvText(timeline, { store: label, item: null, days: 7 });
}"""


def test_the_link_of_a_view_is_copied(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Link").click()
    expect(page.locator("#link")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
