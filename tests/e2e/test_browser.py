"""The main job as a user does it, in a real browser."""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect
import pytest

from tests.stage import dashboard
from tests.stage.pbx import PbxProcess

from .conftest import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(240)]

# A poll every ten seconds, and a slow machine.
expect.set_options(timeout=30_000)


async def extension(pbx: PbxProcess, number: str) -> dict[str, Any]:
    """Return an extension as the PBX sees it."""
    for found in (await pbx.state())["extensions"]:
        if found["number"] == number:
            return dict(found)
    raise LookupError(number)


async def picture(page: Page, folder: Path, name: str) -> None:
    """Take a picture once everything has settled."""
    await page.wait_for_timeout(800)
    await page.screenshot(path=folder / f"{name}.png")


async def log_in(page: Page, stage: Stage) -> None:
    """Log in by the form."""
    await page.goto(stage.home_assistant.url)
    await page.locator("input[name=username]").fill(stage.home_assistant.username)
    await page.locator("input[name=password]").fill(stage.home_assistant.password)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("Settings").first).to_be_visible()


async def add_pbx(page: Page, stage: Stage, pictures: Path) -> None:
    """Add the PBX under Settings, and pin its certificate."""
    pbx = stage.pbx
    await page.goto(f"{stage.home_assistant.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_role("textbox").last.fill("PBX")
    await page.get_by_text("PBX", exact=True).first.click()
    form = page.locator("step-flow-form")
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
    amy = (await extension(pbx, "1002"))["name"]
    supervisor = (await extension(pbx, "1005"))["name"]
    await home_assistant.wait_for_states(len((await pbx.state())["extensions"]))
    await page.goto(await dashboard.create(home_assistant))
    tile = page.locator("hui-tile-card", has_text=amy)
    await expect(tile).to_contain_text("Idle")

    # A call on the PBX shows on the dashboard.
    call = await pbx.control(
        "POST", "/calls", {"from": "1001", "to": "1002", "answer": True}
    )
    await expect(tile).to_contain_text("Busy")
    talking = page.locator("hui-markdown-card", has_text="Other party")
    erwin = (await extension(pbx, "1001"))["name"]
    await expect(talking.locator("tr", has_text=erwin).first).to_contain_text(amy)
    await expect(page.locator("hui-tile-card", has_text="Push")).to_contain_text(
        "Working"
    )

    # The button puts the supervisor's phone into that call.
    await page.get_by_text(f"Whisper to {amy}").click()
    for _ in range(50):
        (leg,) = (await extension(pbx, "1002"))["monitors"] or [None]
        if leg is not None:
            break
        await asyncio.sleep(0.1)
    (found,) = (await pbx.state())["calls"]
    (leg,) = found["monitors"]
    assert (leg["mode"], leg["supervisor"], leg["extension"], leg["state"]) == (
        "whisper",
        "1005",
        "1002",
        "active",
    )
    assert (await extension(pbx, "1005"))["status"] == "Busy"
    await expect(
        page.locator("hui-tile-card", has_text=supervisor).first
    ).to_contain_text("Busy")
    await picture(page, pictures, "dashboard")
    assert stage.complaints() == []

    # An extension that may not be monitored: the user reads why.
    await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
    await pbx.control("POST", "/extensions/1002", {"allow_being_monitored": False})
    await pbx.control("POST", "/calls", {"from": "1001", "to": "1002", "answer": True})
    await page.get_by_text(f"Whisper to {amy}").click()
    sentence = page.get_by_text("does not allow being monitored")
    await expect(sentence.first).to_be_visible()
    await expect(sentence.first).to_contain_text(f"{amy} (1002)")
    await picture(page, pictures, "refused")
    (found,) = (await pbx.state())["calls"]
    assert found["monitors"] == []
