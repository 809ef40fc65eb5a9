"""The panel as a person finds it on the screen."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
import time
from typing import Final

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.demo.home_assistant import HomeAssistantProcess

from .conftest import WIDE, Stage

URL_PATH: Final = "pbx-phones"
# The owner's phone in all stories.
MINE: Final = "1005"


async def entry_id(home_assistant: HomeAssistantProcess) -> str:
    """Return the id of the PBX's config entry."""
    async with home_assistant.websocket() as socket:
        (entry,) = await socket.command("config_entries/get", domain="pbx")
    return str(entry["entry_id"])


async def create(home_assistant: HomeAssistantProcess) -> None:
    """Make the dashboard of phones, and tell which phone is the owner's."""
    entry = await entry_id(home_assistant)
    async with home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="Phones",
            icon="mdi:phone",
            mode="storage",
        )
        await socket.command(
            "lovelace/config/save",
            url_path=URL_PATH,
            config={"strategy": {"type": "custom:pbx"}},
        )
        await socket.command("frontend/set_user_data", key="pbx", value={entry: MINE})


@asynccontextmanager
async def opened(
    browser: Browser,
    stage: Stage,
    *,
    size: ViewportSize = WIDE,
    language: str = "en",
    path: str = "",
    dark: bool = False,
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
        await page.goto(f"{home_assistant.url}/{URL_PATH}{path}")
        await expect(page.locator("pbx-panel .panel")).to_be_attached()
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
