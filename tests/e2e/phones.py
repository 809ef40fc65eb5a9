"""The panel as a person finds it on the screen."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
import time
from typing import Final

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.demo.dashboard import URL_PATH

from .conftest import WIDE, Stage

# The owner's phone in all stories.
MINE: Final = "1005"


@asynccontextmanager
async def opened(
    browser: Browser,
    stage: Stage,
    *,
    size: ViewportSize = WIDE,
    language: str = "en",
    path: str = "",
    dark: bool = False,
    dashboard: str = URL_PATH,
) -> AsyncGenerator[Page]:
    """Open the dashboard in a new profile, signed in as the owner."""
    home_assistant = stage.home_assistant
    stored = {
        "hassTokens": json.dumps(home_assistant.tokens),
        "selectedLanguage": json.dumps(language),
    }
    async with await browser.new_context(
        viewport=size, color_scheme="dark" if dark else "light"
    ) as context:
        await context.add_init_script(
            f"Object.assign(localStorage, {json.dumps(stored)})"
        )
        page = await context.new_page()
        await page.goto(f"{home_assistant.url}/{dashboard}{path}")
        await expect(page.locator("pbx-panel .panel").first).to_be_attached()
        yield page


def row(page: Page, name: str) -> Locator:
    """Return the row of the call that somebody is in."""
    return page.locator("pbx-call").filter(has_text=name)


def person(page: Page, number: str) -> Locator:
    """Return the tile of an extension."""
    return page.locator(f'pbx-person[data-number="{number}"]')


def strip(page: Page) -> Locator:
    """Return the strip of the own phone."""
    return page.locator("pbx-panel .you")


async def seconds_until(page: Page, row_name: str, *texts: str) -> float:
    """Return how long it takes until a row says all that; without texts, until it is gone."""
    started = time.monotonic()
    await page.wait_for_function(
        """([name, texts]) => {
            const find = (root) => [...root.querySelectorAll('*')].flatMap((e) =>
                e.localName === 'pbx-call' ? [e] : e.shadowRoot ? find(e.shadowRoot) : []);
            const row = find(document).find((e) => e.textContent.includes(name));
            return texts.length ? row && texts.every((text) => row.textContent.includes(text)) : !row;
        }""",
        arg=[row_name, list(texts)],
        polling="raf",
        timeout=20_000,
    )
    return time.monotonic() - started


async def overflowing(page: Page) -> list[str]:
    """Return what stands out of its panel, or is cut off though it must not be."""
    found = await page.locator("pbx-panel").evaluate_all(
        """(panels) => panels.flatMap((panel) => {
            const edge = panel.getBoundingClientRect();
            const wide = (e) => e.matches('.btn span, .pill, [role=tab]') && e.scrollWidth > e.clientWidth + 1;
            return [...panel.shadowRoot.querySelectorAll('button, span, .card')]
                .filter((e) => e.checkVisibility() && !e.matches('.sr'))
                .filter((e) => { const box = e.getBoundingClientRect();
                    return box.right > edge.right + 1 || box.left < edge.left - 1 || wide(e); })
                .map((e) => `${edge.width}: ${e.outerHTML.slice(0, 120)}`);
        })"""
    )
    return [str(one) for one in found]


async def choose_phone(page: Page, name: str) -> None:
    """Say whose phone the user's own is."""
    await strip(page).get_by_role("button").last.click()
    sheet = page.get_by_role("dialog")
    if await sheet.get_by_role("button", name="This is not my phone").count():
        await sheet.get_by_role("button", name="This is not my phone").click()
    await sheet.get_by_role("button", name=name).click()
    await expect(strip(page)).to_contain_text(name)
