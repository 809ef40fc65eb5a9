"""The main job as a user does it, in a real browser."""

from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
import pytest

from tests.demo import dashboard

from .conftest import Stage
from .screen import log_in, picture, section, tile
from .truth import extension, monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


async def add_pbx(page: Page, stage: Stage, pictures: Path) -> None:
    """Add the PBX under Settings, and pin its certificate."""
    pbx = stage.pbx
    await page.goto(f"{stage.home_assistant.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    # The page behind has a search field, too.
    dialog = page.locator("dialog-add-integration")
    found = dialog.get_by_text("Yeastar, Asterisk phone system (PBX)")
    for words in ("Asterisk", "phone system", "Yeastar", "PBX"):
        await dialog.get_by_role("textbox").fill(words)
        await expect(found).to_be_visible()
    await found.click()
    form = page.locator("step-flow-form")
    await form.get_by_text("Yeastar S-Series").click()
    await page.get_by_role("button", name="Submit").click()
    await form.locator("input[name=host]").fill(f"https://{pbx.host}:{pbx.port}/")
    await form.locator("input[name=username]").fill(pbx.username)
    await form.locator("input[name=password]").fill(pbx.password)
    await picture(page, pictures, "add-form")
    await page.get_by_role("button", name="Submit").click()

    fingerprint = (await pbx.state())["fingerprint"].upper()
    shown = ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2))
    await expect(page.get_by_text(shown)).to_be_visible()
    await picture(page, pictures, "certificate")
    await page.get_by_text("Trust this certificate").click()
    await page.get_by_role("button", name="Skip and finish").click()


async def test_from_adding_a_pbx_to_whispering(
    stage: Stage, page: Page, pictures: Path
) -> None:
    """Add, see, press, whisper; and be told why when it may not be."""
    pbx, home_assistant = stage.pbx, stage.home_assistant
    await log_in(page, stage)
    await add_pbx(page, stage, pictures)

    # The extensions are there, by name.
    await page.goto(f"{home_assistant.url}/config/integrations/integration/pbx")
    await expect(page.get_by_text("Yeastar S100").first).to_be_visible()
    await picture(page, pictures, "integration")
    name = (await extension(pbx, "1002"))["name"]
    await home_assistant.wait_for_states(len((await pbx.state())["extensions"]))
    await page.goto(await dashboard.create(home_assistant))
    amy = section(page, "1002")
    await expect(amy).to_contain_text(name)
    await expect(amy).to_contain_text("1002 · Idle")

    # A call on the PBX shows on the dashboard.
    call = await pbx.control(
        "POST", "/calls", {"from": "1001", "to": "1002", "answer": True}
    )
    await expect(amy).to_contain_text("1002 · Busy")
    await expect(section(page, "1001")).to_contain_text(f"{name} · 1002")
    await expect(tile(page, "Live updates")).to_contain_text("Working")

    # The button puts the supervisor's phone into that call.
    await amy.get_by_role("button", name="Whisper").click()
    await until(partial(monitors, pbx), [("whisper", "1005", "1002", "active")])
    assert (await extension(pbx, "1005"))["status"] == "Busy"
    await expect(section(page, "1005")).to_contain_text("1005 · Busy")
    assert stage.complaints() == []

    # An extension that may not be monitored: the user reads why.
    await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
    await pbx.control("POST", "/extensions/1002", {"allow_being_monitored": False})
    await pbx.control("POST", "/calls", {"from": "1001", "to": "1002", "answer": True})
    await amy.get_by_role("button", name="Whisper").click()
    sentence = page.get_by_text("does not allow being monitored")
    await expect(sentence.first).to_be_visible()
    await expect(sentence.first).to_contain_text(f"{name} (1002)")
    await picture(page, pictures, "refused")
    assert await monitors(pbx) == []
