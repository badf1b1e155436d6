"""Go to a state of the page and wait until all of it is shown and nothing of the state before."""

import re
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page, expect


def open_at(page: Page, state: str) -> None:
    """Go to a state of the page by its address, as a link would."""
    page.goto(f"{page.url.split('#')[0]}#{state}")
    expect_shown(page, state)


def expect_shown(page: Page, state: str) -> None:
    """Wait for the answer to a state: the address changes before the page sends its first request."""
    state_values = {name: values[0] for name, values in parse_qs(state).items()}
    expect(page.locator("#name")).to_have_text(name_of(state_values.get("store"), state_values.get("item")))
    for group, wanted in (("days", state_values.get("days", "28")), ("by", state_values.get("by", "day"))):
        expect(page.locator(f"[data-{group}={wanted!r}]")).to_have_attribute("aria-pressed", "true")
    expect_settled(page)


def expect_settled(page: Page) -> None:
    """Wait until no request is open, so that nothing moves or is replaced."""
    page.locator("#series-view .uplot").wait_for()
    for part in ("#main", "#explanation", "#model-status", "#picker"):
        expect(page.locator(part)).not_to_have_attribute("aria-busy", "true")


def name_of(store: str | None, item: str | None) -> str:
    """What the page calls a choice."""
    if store is None:
        return "All stores and items" if item is None else f"Item {item} · all stores"
    return f"Store {store} · {'all items' if item is None else f'Item {item}'}"


def over(page: Page) -> Locator:
    """The part of the chart that is pointed at: by positions in it, found when they are used."""
    return page.locator(".u-over")


def width(chart: Locator) -> float:
    box = chart.bounding_box()
    assert box is not None
    return box["width"]


def number(text: str) -> float:
    """The number in a text, whatever its unit and thousands marks."""
    return float(re.sub(r"[^\d.]", "", text))
