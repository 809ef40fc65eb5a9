"""Who may supervise: what the options say, a user without rights reads."""

from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
import pytest

from .conftest import COLLEAGUE, Stage
from .phones import choose_phone, person
from .screen import log_in, open_dashboard, picture
from .truth import monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def choose(page: Page, stage: Stage, who: str, pictures: Path) -> None:
    """Let somebody supervise, in the PBX's options."""
    await page.goto(f"{stage.home_assistant.url}/config/integrations/integration/pbx")
    await page.get_by_role("button", name="Configure").click()
    await page.get_by_text(who).last.click()
    await picture(page, pictures, "options")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Finish").click()


async def test_only_administrators_may_whisper_when_the_options_say_so(
    office: Stage, page: Page, other_page: Page, pictures: Path
) -> None:
    """The colleague reads why not, and once everybody may, it works."""
    pbx = office.pbx
    _, *credentials = COLLEAGUE
    await log_in(page, office)
    await choose(page, office, "Administrators of Home Assistant", pictures)
    await log_in(other_page, office, *credentials)
    await open_dashboard(other_page, office)
    await choose_phone(other_page, "Ingrid Solberg")
    await pbx.control("POST", "/calls", {"from": "1001", "to": "1002", "answer": True})
    await person(other_page, "1002").get_by_role("button").click()
    sheet = other_page.get_by_role("dialog", name="Amy Baker")
    sentence = "Only administrators may join calls"
    await expect(sheet).to_contain_text(sentence)

    await choose(page, office, "Users who may control both extensions", pictures)
    await sheet.get_by_role("button", name="Whisper").click()
    await until(partial(monitors, pbx), [("whisper", "1005", "1002", "active")])
