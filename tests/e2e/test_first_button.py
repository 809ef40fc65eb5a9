"""The first whisper button, clicked together as the README says."""

from functools import partial

from playwright.async_api import Page, expect
import pytest

from .conftest import Stage
from .screen import log_in
from .truth import monitors, until

URL_PATH = "first-button"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def open_empty_dashboard(page: Page, stage: Stage) -> None:
    """Open a new dashboard without cards."""
    home_assistant = stage.home_assistant
    async with home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="First button",
            mode="storage",
        )
        await socket.command(
            "lovelace/config/save",
            url_path=URL_PATH,
            config={"views": [{"type": "masonry", "cards": []}]},
        )
    await log_in(page, stage)
    await page.goto(f"{home_assistant.url}/{URL_PATH}")


async def choose(page: Page, text: str) -> None:
    """Search in the list that is open, and select the first result."""
    await page.get_by_placeholder("Search").last.fill(text)
    await page.locator("ha-combo-box-item").filter(has_text=text).first.click()


async def test_first_whisper_button(office: Stage, page: Page) -> None:
    """The steps of the README lead to a button that whispers."""
    pbx = office.pbx
    await open_empty_dashboard(page, office)

    await page.get_by_role("button", name="Edit dashboard").click()
    await page.get_by_role("button", name="Add card").click()
    await page.get_by_text("By card").click()
    button = page.locator(".card", has=page.get_by_text("Button", exact=True))
    await button.locator(".overlay").first.click()

    await page.get_by_text("Interactions").last.click()
    await page.locator("hui-action-editor ha-select").first.click()
    await page.get_by_text("Perform action").locator("visible=true").last.click()
    await page.locator("ha-service-picker").locator("visible=true").last.click()
    await choose(page, "Whisper to an extension's call")
    for name in ("Ingrid Solberg", "Amy Baker"):
        await page.get_by_text("Select a device").first.click()
        await choose(page, name)
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_role("button", name="Done").click()

    await pbx.control("POST", "/calls", {"from": "1001", "to": "1002", "answer": True})
    card = page.locator("hui-button-card")
    await expect(card).to_be_visible()
    await card.click()
    await until(partial(monitors, pbx), [("whisper", "1005", "1002", "active")])
