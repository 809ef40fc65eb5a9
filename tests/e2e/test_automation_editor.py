"""The automation editor: our trigger, condition and action clicked together, and at work."""

from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
import pytest

from .conftest import Stage
from .screen import log_in, picture
from .truth import extension, monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def search(page: Page, text: str, result: str) -> None:
    """Type into the search field that has just opened, and take what is found."""
    await page.get_by_placeholder("Search").last.fill(text)
    await page.locator("ha-combo-box-item").filter(has_text=result).first.click()


async def clicked_together(page: Page, stage: Stage, pictures: Path) -> None:
    """Make an automation: when Luis takes a call and Ingrid is free, she whispers."""
    await page.goto(f"{stage.home_assistant.url}/config/automation/edit/new")

    # The trigger by its target: what there is for the extension's device.
    await page.get_by_role("button", name="Add trigger").click()
    await page.get_by_text("Devices", exact=True).last.click()
    await page.get_by_text("Luis Ortega").last.click()
    await page.get_by_text("Call answered").last.click()

    # The condition by its name, then its target.
    await page.get_by_role("button", name="Add condition").click()
    await search(page, "Extension is free", "Extension is free")
    await page.get_by_role("button", name="Add target").last.click()
    await search(page, "Ingrid", "Ingrid Solberg")

    await page.get_by_role("button", name="Add action").click()
    await search(page, "Whisper", "Whisper to an extension's call")
    # An extension is found by its name, and by its number alone.
    for words, name in (("Ingrid", "Ingrid Solberg"), ("1004", "Luis Ortega")):
        await page.get_by_text("Select a device").first.click()
        await search(page, words, name)
    await expect(page.get_by_text("Select a device")).to_be_hidden()
    await picture(page, pictures, "automation")

    await page.get_by_role("button", name="Save").last.click()
    await page.locator("ha-dialog input").first.fill("Coach Luis")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_text("Traces")).to_be_visible()


async def test_automation_clicked_together_whispers(
    office: Stage, page: Page, pictures: Path
) -> None:
    """It runs when the PBX does its part, and only if the condition holds."""
    home_assistant, pbx = office.home_assistant, office.pbx
    await log_in(page, office)
    await clicked_together(page, office, pictures)
    saved = (await home_assistant.rest("GET", "/api/states/automation.coach_luis"))[
        "attributes"
    ]
    key = saved["id"]
    assert saved["last_triggered"] is None

    before = await asked(office)
    # Ingrid talks herself: the condition is not met, and nobody whispers.
    hers = await pbx.control(
        "POST", "/calls", {"from": "1005", "to": "1003", "answer": True}
    )
    await home_assistant.wait_for_state("sensor.ingrid_solberg_1005", "busy")
    first = await pbx.control(
        "POST", "/calls", {"from": "1001", "to": "1004", "answer": True}
    )
    await home_assistant.wait_for_state("sensor.luis_ortega_1004", "busy")
    for call in (hers, first):
        await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
    for name in ("ingrid_solberg_1005", "luis_ortega_1004"):
        await home_assistant.wait_for_state(f"sensor.{name}", "idle")
    assert await asked(office) == before

    # She is free: the trigger fires, and the PBX calls her phone.
    await pbx.control("POST", "/calls", {"from": "1001", "to": "1004"})
    (call,) = (await pbx.state())["calls"]
    assert not await monitors(pbx)
    await pbx.control("POST", f"/calls/{call['call_id']}/answer")
    await until(partial(monitors, pbx), [("whisper", "1005", "1004", "active")])
    assert (await extension(pbx, "1005"))["status"] == "Busy"
    assert await asked(office) == before + 1

    await home_assistant.rest("DELETE", f"/api/config/automation/config/{key}")
    assert office.complaints() == []


async def asked(stage: Stage) -> int:
    """Return how often the PBX was asked to let somebody join a call."""
    requests = await stage.pbx.control("GET", "/requests")
    return sum(request["path"].endswith("/extension/whisper") for request in requests)
