"""The dashboard: who talks to whom, supervision, do not disturb, and how to take it over."""

from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
import pytest

from tests.demo import dashboard

from .conftest import Stage
from .screen import log_in, open_dashboard, picture, section, tile
from .truth import extension, monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_supervisor_listens_whispers_barges_in_and_stops(
    office: Stage, page: Page, pictures: Path
) -> None:
    """One button after the other, and the PBX does what it says."""
    pbx = office.pbx
    await log_in(page, office)
    await open_dashboard(page, office)
    erwin, amy, ingrid = (section(page, number) for number in ("1001", "1002", "1005"))
    await expect(amy).to_contain_text("1002 · Idle")
    await expect(amy.get_by_role("button", name="Listen")).to_be_hidden()
    stop = page.get_by_role("button", name="Stop monitoring")
    await expect(stop).to_be_hidden()

    # An office at work.
    for caller, callee, answer in (
        ("1001", "1002", True),
        ("0401234567", "1004", True),
        ("1007", "1008", True),
        ("0800123456", "1006", False),
    ):
        await pbx.control(
            "POST", "/calls", {"from": caller, "to": callee, "answer": answer}
        )
    await expect(amy).to_contain_text("Erwin Co · 1001")
    await expect(erwin).to_contain_text("Amy Baker · 1002")
    await expect(section(page, "1004")).to_contain_text("0401234567")

    # Who rings cannot be supervised yet, but need not go on ringing.
    tomas = section(page, "1006")
    await expect(tomas).to_contain_text("1006 · Ringing")
    await expect(tomas.get_by_role("button", name="Hang up")).to_be_visible()
    await expect(tomas.get_by_role("button", name="Listen")).to_be_hidden()

    for button, mode, shown in (
        ("Listen", "listen", "Listen"),
        ("Barge in", "barge_in", "Barge-in"),
        ("Whisper", "whisper", "Whisper"),
    ):
        await amy.get_by_role("button", name=button).click()
        await until(partial(monitors, pbx), [(mode, "1005", "1002", "active")])
        await expect(tile(page, "Monitoring")).to_contain_text(
            f"Started · {shown} · 1002"
        )
        await expect(amy).to_contain_text("1002 · Busy · 1005")
        await expect(ingrid).to_contain_text("1005 · Busy")
        # Nobody can supervise themselves.
        await expect(ingrid.get_by_role("button", name=button)).to_be_hidden()
    await picture(page, pictures, "dashboard")

    await stop.click()
    await until(partial(monitors, pbx), [])
    await expect(tile(page, "Monitoring")).to_contain_text("Stopped · Whisper · 1002")
    await expect(stop).to_be_hidden()
    await expect(amy).to_contain_text("1002 · Busy")
    assert len((await extension(pbx, "1002"))["calls"]) == 1

    await amy.get_by_role("button", name="Hang up").click()
    await page.get_by_role("button", name="OK").click()
    await expect(amy).to_contain_text("1002 · Idle")
    assert (await extension(pbx, "1002"))["calls"] == []
    assert office.complaints() == []


async def test_do_not_disturb_is_switched_on_either_side(
    office: Stage, page: Page
) -> None:
    """A click sets it on the PBX, and what is set there shows."""

    async def quiet() -> bool:
        return bool((await extension(office.pbx, "1003"))["dnd"])

    await log_in(page, office)
    await open_dashboard(page, office)
    switch = section(page, "1003").get_by_role("switch")
    await expect(switch).not_to_be_checked()
    await switch.click()
    await until(quiet, True)
    await expect(switch).to_be_checked()

    await office.pbx.control("POST", "/extensions/1003", {"dnd": False})
    await expect(switch).not_to_be_checked()
    await office.pbx.control("POST", "/extensions/1003", {"dnd": True})
    await expect(switch).to_be_checked()
    await switch.click()
    await until(quiet, False)
    assert office.complaints() == []


async def test_a_phone_shows_the_calls_and_beside_them_the_pbx(
    office: Stage, page: Page, pictures: Path
) -> None:
    """On a narrow screen the same is there, in two tabs."""
    await page.set_viewport_size({"width": 400, "height": 850})
    await log_in(page, office)
    await open_dashboard(page, office)
    await office.pbx.control(
        "POST", "/calls", {"from": "1001", "to": "1002", "answer": True}
    )
    whisper = section(page, "1002").get_by_role("button", name="Whisper")
    await expect(whisper).to_be_in_viewport(ratio=1)
    await picture(page, pictures, "phone")
    await expect(tile(page, "Live updates")).to_be_hidden()
    await page.get_by_role("radio", name="PBX").click()
    await expect(tile(page, "Live updates")).to_contain_text("Working")
    await expect(tile(page, "SIP-142")).to_contain_text("Registered")
    await expect(whisper).to_be_hidden()


async def test_taking_the_dashboard_over_needs_no_entity_ids(
    office: Stage, page: Page
) -> None:
    """The way that the README describes, by hand."""
    home_assistant = office.home_assistant
    await log_in(page, office)
    await page.goto(f"{home_assistant.url}/config/tools/template")
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(dashboard.TEMPLATE.read_text(encoding="utf-8"))
    result = page.locator("pre.rendered")
    await expect(result).to_contain_text("sidebar_label: PBX")
    await result.click(position={"x": 2, "y": 8})
    size = await result.bounding_box()
    assert size is not None
    await result.click(
        position={"x": size["width"] - 2, "y": size["height"] - 8}, modifiers=["Shift"]
    )
    await page.keyboard.press("Control+c")

    await page.goto(f"{home_assistant.url}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.get_by_text("New dashboard from scratch").click()
    await page.locator("input[name=title]").fill("Taken over")
    await page.get_by_role("button", name="Create").click()
    await page.get_by_text("Taken over").first.click()
    await page.get_by_role("button", name="Edit dashboard").click()
    await page.get_by_role("button", name="Open dashboard menu").click()
    await page.get_by_text("Raw configuration editor").click()
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Control+v")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()

    # It is the dashboard of all these tests, and of the demo.
    async with home_assistant.websocket() as socket:
        mine, theirs = [
            await socket.command("lovelace/config", url_path=path)
            for path in ("taken-over", dashboard.URL_PATH)
        ]
    assert mine == theirs
    await page.goto(f"{home_assistant.url}/taken-over")
    await expect(section(page, "1002")).to_contain_text("1002 · Idle")
