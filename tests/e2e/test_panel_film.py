"""The film of the README: who talks to whom, a whisper, a call that is sent on, and the phone."""

from functools import partial
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, ViewportSize, expect
import pytest

from tests.demo import dashboard
from tests.demo.home_assistant import HomeAssistantProcess

from .conftest import Stage
from .film import SIZE, Film
from .phones import opened, person, row, strip
from .truth import monitors, until

WINDOW: Final[ViewportSize] = {"width": SIZE[0], "height": SIZE[1]}
PHONE: Final[ViewportSize] = {"width": 400, "height": SIZE[1]}
LARGEST: Final = 2_000_000
NAMES: Final = """
+44 20 7946 0123 = Harbour Dental
+44 20 7946 0871 = Anna Lindqvist
+49 30 23125 017 = Northwind Supplies
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]


async def name_callers(home_assistant: HomeAssistantProcess) -> None:
    """Save the names of outside numbers, as the options do."""

    def answers(schema: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what a form holds."""
        return {
            field["name"]: answers(field["schema"])
            if field.get("type") == "expandable"
            else field["default"]
            for field in schema
            if field["required"]
        }

    path = "/api/config/config_entries/options/flow"
    async with home_assistant.websocket() as socket:
        (entry,) = await socket.command("config_entries/get", domain="pbx")
    form = await home_assistant.rest("POST", path, {"handler": entry["entry_id"]})
    filled = answers(form["data_schema"])
    filled["contacts"]["contacts"] = NAMES
    saved = await home_assistant.rest("POST", f"{path}/{form['flow_id']}", filled)
    assert saved["type"] == "create_entry"


async def prepare(stage: Stage) -> None:
    """Set up the office of the film, with its five calls."""
    pbx, home_assistant = stage.pbx, stage.home_assistant
    for trunk in ("DIGIT1", "FXO2-4"):
        await pbx.control("POST", f"/trunks/{trunk}", {"status": "Idle"})
    # The supervisor picks up by hand.
    await pbx.control("POST", "/extensions/1005", {"auto_answer": False})
    await home_assistant.add_pbx(stage.form)
    await home_assistant.wait_for_states(len((await pbx.state())["extensions"]))
    await name_callers(home_assistant)
    await dashboard.create(home_assistant, "1005")


async def call(stage: Stage, caller: str, callee: str, *, answer: bool = True) -> None:
    """Place a call."""
    body = {"from": caller, "to": callee, "answer": answer}
    await stage.pbx.control("POST", "/calls", body)


async def test_film_of_the_readme(
    stage: Stage, browser: Browser, pictures: Path
) -> None:
    """Twenty seconds in two windows, as the storyboard has them."""
    await prepare(stage)
    pbx, film = stage.pbx, Film()
    async with (
        opened(browser, stage, size=WINDOW) as page,
        opened(browser, stage, size=PHONE) as phone,
    ):
        # More room for the panel.
        await page.evaluate("localStorage.dockedSidebar = '\"always_hidden\"'")
        await page.reload()
        await expect(person(page, "1002")).to_be_visible()
        await call(stage, "+44 20 7946 0871", "1004")
        await page.wait_for_timeout(6000)
        await call(stage, "+44 20 7946 0123", "1002")
        await page.wait_for_timeout(5000)
        await call(stage, "+49 30 23125 017", "1007")
        await page.wait_for_timeout(3000)
        await call(stage, "1001", "1011")
        await page.wait_for_timeout(2000)
        await call(stage, "+44 7700 900456", "1006", answer=False)
        await expect(row(page, "Tomás Silva")).to_contain_text("rings")
        amy = row(page, "Amy Baker")

        await film.watch(page, 1.8)
        await film.press(page, amy.get_by_role("button", name="Whisper to"))
        await expect(strip(page)).to_contain_text("Pick up your phone")
        await film.watch(page, 1.5)
        await pbx.control("POST", "/pick_up/1005")
        # Each change of the mode calls the phone anew; now it picks up by itself.
        await pbx.control("POST", "/extensions/1005", {"auto_answer": True})
        await expect(amy).to_contain_text("You whisper to Amy Baker")
        film.caption = "Only Amy hears you. Harbour Dental does not."
        await film.watch(page, 2.8)
        film.caption = ""

        await film.press(page, amy.get_by_role("radio", name="Barge in"))
        confirm = page.get_by_role("alertdialog")
        await expect(confirm).to_be_visible()
        await film.press(page, confirm.get_by_role("button", name="Barge in"), 0.5)
        await expect(strip(page)).to_contain_text("Both hear you")
        await film.watch(page, 1.2)
        await film.press(page, strip(page).get_by_role("button", name="Stop"), 0.6)
        await until(partial(monitors, pbx), [])
        await expect(strip(page)).to_contain_text("You are Ingrid Solberg")

        await film.drag(page, amy.locator("[data-end=right]"), person(page, "1003"))
        zoe = row(page, "Zoë Müller")
        await expect(zoe).to_contain_text("Harbour Dental")
        await film.watch(page, 1.6)

        film.fade(await film.picture(phone))
        await film.watch(phone, 1.2)
        await phone.emulate_media(color_scheme="dark")
        await phone.wait_for_timeout(600)
        film.fade(await film.picture(phone))
        await film.watch(phone, 1.4)
    path = pictures / "panel.webp"
    film.save(path)
    assert 17 <= film.seconds <= 23, film.seconds
    assert path.stat().st_size <= LARGEST, path.stat().st_size
