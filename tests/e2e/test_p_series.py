"""A Yeastar P-Series as a user adds and uses it, in a real browser."""

import asyncio
from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
import pytest

from tests.demo import dashboard

from .conftest import Stage, staged
from .phones import person, row, strip
from .screen import log_in, picture
from .truth import extension, monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

AGENT, SUPERVISOR = "1002", "1005"
WHISPER = [("whisper", SUPERVISOR, AGENT, "active")]


async def add_p_series(page: Page, stage: Stage) -> None:
    """Add the PBX under Settings: at first with a wrong secret, then trust it."""
    pbx = stage.pbx
    await page.goto(f"{stage.home_assistant.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    # The page behind has a search field, too.
    dialog = page.locator("dialog-add-integration")
    await dialog.get_by_role("textbox").fill("Yeastar")
    await dialog.get_by_text("Yeastar, Asterisk phone system (PBX)").click()
    form = page.locator("step-flow-form")
    await form.get_by_text("Yeastar P-Series").click()
    await page.get_by_role("button", name="Submit").click()
    await expect(form.get_by_text("Client secret").first).to_be_visible()
    await form.locator("input[name=host]").fill(f"https://{pbx.host}:{pbx.port}/")
    await form.locator("input[name=username]").fill(pbx.username)
    await form.locator("input[name=password]").fill("wrong")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_text("Trust this certificate").click()
    await expect(form.locator("ha-alert")).to_contain_text("client")
    await form.locator("input[name=password]").fill(pbx.password)
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Skip and finish").click()


async def test_from_adding_a_p_series_to_stopping_a_whisper(
    tmp_path: Path, page: Page, pictures: Path
) -> None:
    """Add, see a call, whisper, wait until the supervisor is in the call, stop."""
    async with staged(tmp_path, "p") as stage:
        pbx, home_assistant = stage.pbx, stage.home_assistant
        await log_in(page, stage)
        await add_p_series(page, stage)
        await home_assistant.wait_for_states(len((await pbx.state())["extensions"]))
        await page.goto(await dashboard.create(home_assistant, SUPERVISOR))
        name = (await extension(pbx, AGENT))["name"]
        await expect(person(page, AGENT)).to_contain_text(name)
        await expect(person(page, AGENT)).to_contain_text("Free")

        # A customer calls; the phone rings, and is answered.
        calling = {"from": "5503301", "to": AGENT}
        call = await pbx.control("POST", "/calls", calling)
        await expect(row(page, name)).to_contain_text("rings")
        await pbx.control("POST", f"/calls/{call['call_id']}/answer")
        await expect(row(page, name)).to_contain_text("5503301")

        # The supervisor's phone is called, and picks up by itself.
        await page.get_by_role("button", name=f"Whisper to {name}").click()
        await until(partial(monitors, pbx), WHISPER)
        await expect(strip(page)).to_contain_text(f"You whisper to {name}")
        await picture(page, pictures, "p-series")
        await strip(page).get_by_role("button", name="Stop").click()
        await until(partial(monitors, pbx), [])
        await expect(strip(page)).to_contain_text("Free")
        await expect(row(page, name)).to_contain_text("5503301")

        # An automation waits until the supervisor's phone, without auto-answer, is picked up.
        await pbx.control("POST", f"/extensions/{SUPERVISOR}", {"auto_answer": False})
        async with home_assistant.websocket() as socket:
            waiting = socket.command(
                "call_service",
                domain="pbx",
                service="whisper",
                service_data={
                    "whisperer": SUPERVISOR,
                    "whispered": AGENT,
                    "wait": True,
                },
            )
            ringing = [(*WHISPER[0][:3], "ringing")]

            async def pick_up() -> None:
                await until(partial(monitors, pbx), ringing)
                await pbx.control("POST", f"/pick_up/{SUPERVISOR}")

            await asyncio.gather(waiting, pick_up())
        assert await monitors(pbx) == WHISPER
        stop = {"supervisor": SUPERVISOR}
        await home_assistant.rest("POST", "/api/services/pbx/stop_monitoring", stop)
        await until(partial(monitors, pbx), [])
        await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
        await expect(person(page, AGENT)).to_contain_text("Free")
        assert stage.complaints() == []
        assert pbx.password not in stage.log()
