"""From a fresh Home Assistant with a PBX to the first whisper: clicks and seconds."""

from functools import partial
import time

from playwright.async_api import Locator, Page, expect
import pytest

from .conftest import Stage
from .phones import row
from .screen import log_in
from .truth import monitors, until

# From Settings > Dashboards on, which the README links to.
GOAL = 6

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


class Hand:
    """A hand that only clicks, and counts."""

    def __init__(self) -> None:
        """Initialize before the first click."""
        self.clicks = 0

    async def click(self, target: Locator) -> None:
        """Click once."""
        await target.click()
        self.clicks += 1


async def test_first_whisper_takes_few_clicks_and_no_text(
    stage: Stage, page: Page
) -> None:
    """Nothing is typed or pasted, no dashboard and no phone was chosen before."""
    await stage.home_assistant.add_pbx(stage.form)
    extensions = (await stage.pbx.state())["extensions"]
    await stage.home_assistant.wait_for_states(len(extensions))
    await stage.pbx.control(
        "POST", "/calls", {"from": "+44 20 7946 0123", "to": "1002", "answer": True}
    )
    await log_in(page, stage)
    hand, started = Hand(), time.monotonic()
    await hand.click(page.locator("ha-sidebar").get_by_text("Settings").last)
    await hand.click(page.get_by_text("Dashboards", exact=True))
    before = hand.clicks
    await hand.click(page.get_by_role("button", name="Add dashboard"))
    await hand.click(page.locator("dashboard-card").filter(has_text="Phones"))
    await hand.click(page.get_by_role("button", name="Create"))
    await hand.click(page.locator("ha-sidebar").get_by_text("Phones").last)
    await hand.click(row(page, "Amy Baker").get_by_role("button", name="Whisper to"))
    sheet = page.get_by_role("dialog", name="Which phone is yours?")
    await hand.click(sheet.get_by_role("button", name="Ingrid Solberg"))
    await until(partial(monitors, stage.pbx), [("whisper", "1005", "1002", "active")])
    seconds = time.monotonic() - started
    print(f"{hand.clicks} clicks, {seconds:.1f} s")  # noqa: T201
    assert hand.clicks - before <= GOAL
    await expect(page.locator("pbx-panel .you")).to_contain_text("You whisper to Amy")
