"""What a person does in a browser, and what they look at."""

from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.demo import dashboard

from .conftest import HomeStage

# A poll every ten seconds, and a slow machine.
expect.set_options(timeout=30_000)


async def log_in(
    page: Page, stage: HomeStage, username: str = "", password: str = ""
) -> None:
    """Log in by the form, as the owner if nobody else is named."""
    await page.goto(stage.home_assistant.url)
    await page.locator("input[name=username]").fill(
        username or stage.home_assistant.username
    )
    await page.locator("input[name=password]").fill(
        password or stage.home_assistant.password
    )
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("home-assistant-main")).to_be_attached()


async def open_dashboard(page: Page, stage: HomeStage) -> None:
    """Open the office's dashboard."""
    await page.goto(f"{stage.home_assistant.url}/{dashboard.URL_PATH}")


def section(page: Page, number: str) -> Locator:
    """Return the part of the dashboard that belongs to an extension."""
    return page.locator("hui-section").filter(has_text=f"{number} · ").last


def tile(page: Page, text: str) -> Locator:
    """Return the tiles that are shown and say something."""
    return page.locator("hui-tile-card").filter(has_text=text, visible=True)


async def picture(page: Page, folder: Path, name: str) -> None:
    """Take a picture once everything has settled."""
    await page.wait_for_timeout(800)
    await page.screenshot(path=folder / f"{name}.png")
