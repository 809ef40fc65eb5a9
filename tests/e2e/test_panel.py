"""The panel: who talks to whom, supervision with one press, and what it shows when something is wrong."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
import re

from playwright.async_api import Browser, Page, ViewportSize, expect
import pytest

from .conftest import COLLEAGUE, ROOT, Stage, fixture
from .phones import choose_phone, opened, overflowing, person, row, seconds_until, strip
from .screen import log_in, open_dashboard, picture
from .truth import extension, monitors, until

PHONE: ViewportSize = {"width": 360, "height": 780}
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# A change shows within a second; a machine at work with something else gets one more.
SOON = 2.0

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


@fixture()
async def panel(browser: Browser, office: Stage) -> AsyncGenerator[Page]:
    """Open the dashboard as the owner."""
    async with opened(browser, office) as page:
        yield page


async def call(stage: Stage, caller: str, callee: str, *, answer: bool = True) -> str:
    """Place a call on the PBX; return its control path."""
    body = {"from": caller, "to": callee, "answer": answer}
    return f"/calls/{(await stage.pbx.control('POST', '/calls', body))['call_id']}"


async def test_add_dashboard_lists_the_phones_and_one_click_makes_them(
    office: Stage, page: Page
) -> None:
    """From Settings to the people, with nothing to type; then the own phone is chosen."""
    await log_in(page, office)
    await page.goto(f"{office.home_assistant.url}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.locator("dashboard-card").filter(has_text="Phones").click()
    await expect(page.locator("input[name=title]")).to_have_value("Phones")
    await page.get_by_role("button", name="Create").click()
    await page.locator("ha-sidebar").get_by_text("Phones").last.click()
    await expect(person(page, "1002")).to_contain_text("Amy Baker")
    await expect(person(page, "1010")).to_contain_text("Offline")

    # The view beside it has the PBX itself.
    await page.get_by_role("tab", name="PBX").click()
    await expect(
        page.locator("hui-tile-card").filter(has_text="Connection")
    ).to_be_visible()


async def test_extension_added_on_the_pbx_appears(office: Stage, panel: Page) -> None:
    """The list of people follows without a reload, and what is open stays open."""
    await person(panel, "1002").get_by_role("button").click()
    sheet = panel.get_by_role("dialog", name="Amy Baker")
    await office.pbx.control("PUT", "/extensions/1020", {"name": "Newcomer"})
    await expect(person(panel, "1020")).to_contain_text("Newcomer")
    # Home Assistant makes a strategy's dashboard again after 200 ms.
    await panel.wait_for_timeout(1000)
    await expect(sheet).to_be_visible()
    await panel.keyboard.press("Escape")
    await panel.get_by_role("tab", name="PBX").click()
    switches = panel.locator("hui-tile-card").filter(has_text="Do not disturb")
    await expect(switches.filter(has_text="Newcomer")).to_be_visible()
    await office.pbx.control("DELETE", "/extensions/1020")


async def test_rows_follow_a_call_within_a_second(office: Stage, panel: Page) -> None:
    """Ringing, answered, held, taken back, transferred, missed."""
    pbx = office.pbx
    await expect(person(panel, "1002")).to_contain_text("Free")
    act = await call(office, "+44 20 7946 0123", "1002", answer=False)
    times = [await seconds_until(panel, "Amy Baker", "rings", "+44 20 7946 0123")]
    await expect(person(panel, "1002")).to_contain_text("+44 20 7946 0123 calls")
    await expect(row(panel, "Amy Baker")).to_have_class(re.compile(r"\bringing in\b"))
    await pbx.control("POST", f"{act}/answer")
    times.append(await seconds_until(panel, "Amy Baker", "Whisper"))
    # This PBX does not report a hold by itself; pressed here, it is read at once.
    await person(panel, "1002").get_by_role("button").click()
    sheet = panel.get_by_role("dialog", name="Amy Baker")
    await sheet.get_by_role("button", name="Hold").click()
    await expect(row(panel, "Amy Baker")).to_contain_text("on hold")
    await sheet.get_by_role("button", name="Take back").click()
    await expect(row(panel, "Amy Baker")).not_to_contain_text("on hold")
    await panel.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(person(panel, "1002")).to_contain_text("with +44 20 7946 0123")
    await pbx.control("POST", f"{act}/transfer", {"to": "1003"})
    times.append(await seconds_until(panel, "Zoë Müller", "rings", "+44 20 7946 0123"))
    await pbx.control("POST", f"{act}/hangup")
    times.append(await seconds_until(panel, "Zoë Müller"))
    assert max(times) < SOON, times
    recent = panel.locator(".li").filter(has_text="talked with Amy Baker")
    await expect(recent.first).to_contain_text("+44 20 7946 0123")


async def test_whisper_is_one_press_and_the_rows_say_what_the_pbx_says(
    office: Stage, panel: Page, pictures: Path
) -> None:
    """Whisper, barge in after a confirmation, stop; another browser sees it too."""
    pbx = office.pbx
    await call(office, "+44 20 7946 0123", "1002")
    await call(office, "1001", "1011")
    await call(office, "+44 7700 900456", "1006", answer=False)
    await panel.get_by_role("button", name="Whisper to Amy Baker").click()
    await until(partial(monitors, pbx), [("whisper", "1005", "1002", "active")])
    await expect(strip(panel)).to_contain_text("You whisper to Amy Baker")
    await expect(strip(panel)).to_contain_text("Only Amy hears you")
    await expect(person(panel, "1005")).to_contain_text("whispers to Amy Baker")
    await expect(row(panel, "Amy Baker")).to_contain_text("You whisper to Amy Baker")
    # One phone cannot do two things.
    await expect(panel.get_by_role("button", name="Whisper to")).to_have_count(0)
    await expect(panel.get_by_role("button", name="Take", exact=True)).to_have_count(0)
    await picture(panel, pictures, "dashboard")

    await panel.get_by_role("radio", name="Barge in").click()
    confirm = panel.get_by_role("alertdialog")
    await expect(confirm).to_contain_text("Both hear you")
    assert [mode for mode, *_ in await monitors(pbx)] == ["whisper"]
    await confirm.get_by_role("button", name="Barge in").click()
    await until(partial(monitors, pbx), [("barge_in", "1005", "1002", "active")])
    await expect(strip(panel)).to_contain_text("Both hear you")

    await strip(panel).get_by_role("button", name="Stop").click()
    await until(partial(monitors, pbx), [])
    await expect(strip(panel)).to_contain_text("You are Ingrid Solberg")
    await expect(row(panel, "Amy Baker")).not_to_contain_text("You are in the call")
    assert len((await extension(pbx, "1002"))["calls"]) == 1
    assert office.complaints() == []


async def test_two_browsers_show_the_same(
    office: Stage, panel: Page, browser: Browser
) -> None:
    """What is begun in one is seen in the other, and can be ended there."""
    async with opened(browser, office) as other:
        await call(office, "+44 20 7946 0123", "1002")
        await panel.get_by_role("button", name="Whisper to Amy Baker").click()
        await expect(strip(other)).to_contain_text("You whisper to Amy Baker")
        await strip(other).get_by_role("button", name="Stop").click()
        await expect(strip(panel)).to_contain_text("You are Ingrid Solberg")
    await until(partial(monitors, office.pbx), [])


async def test_who_may_not_supervise_sees_no_button_and_reads_why(
    office: Stage, page: Page
) -> None:
    """A user who is no administrator, by the options that a new PBX has."""
    _, *credentials = COLLEAGUE
    await log_in(page, office, *credentials)
    await open_dashboard(page, office)
    await choose_phone(page, "Jayson Reed")
    await call(office, "1001", "1002")
    await expect(row(page, "Amy Baker")).to_be_visible()
    await expect(page.get_by_role("button", name="Whisper")).to_have_count(0)
    await person(page, "1002").get_by_role("button").click()
    sheet = page.get_by_role("dialog", name="Amy Baker")
    await expect(sheet).to_contain_text("Only administrators may join calls")
    await expect(sheet.get_by_role("button", name="Listen")).to_have_count(0)


async def test_caller_with_a_hostile_name_is_text(office: Stage, panel: Page) -> None:
    """What a caller calls themselves is shown, and never run."""
    hostile = "<img src=x onerror=\"document.title='run'\">"
    await office.pbx.control("POST", "/extensions/1001", {"name": hostile})
    await call(office, "1001", "1002")
    await expect(row(panel, "Amy Baker")).to_contain_text("<img src=x")
    await expect(person(panel, "1002")).to_contain_text("<img src=x")
    assert await panel.locator("pbx-panel img").count() == 0
    assert await panel.title() != "run"
    await office.pbx.control("POST", "/extensions/1001", {"name": "Erwin Co"})
    await expect(person(panel, "1001")).to_contain_text("Erwin Co")


async def test_keyboard_alone_is_enough(office: Stage, panel: Page) -> None:
    """From tile to tile by arrow keys, into the sheet, and a whisper by Enter."""
    pbx = office.pbx
    await call(office, "+44 20 7946 0123", "1002")
    await expect(row(panel, "Amy Baker")).to_be_visible()
    await person(panel, "1000").get_by_role("button").focus()
    await panel.keyboard.press("ArrowRight")
    await panel.keyboard.press("ArrowRight")
    await expect(person(panel, "1002").get_by_role("button")).to_be_focused()
    await panel.keyboard.press("ArrowDown")
    await expect(person(panel, "1005").get_by_role("button")).to_be_focused()
    await panel.keyboard.press("ArrowUp")
    # One stop of the Tab key for all people.
    assert await panel.locator("pbx-person button[tabindex='0']").count() == 1
    await panel.keyboard.press("Enter")
    sheet = panel.get_by_role("dialog", name="Amy Baker")
    await expect(sheet).to_be_visible()
    await panel.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(person(panel, "1002").get_by_role("button")).to_be_focused()
    await panel.keyboard.press("Enter")
    await panel.keyboard.press("Tab")
    await expect(sheet.get_by_role("button", name="Whisper")).to_be_focused()
    await panel.keyboard.press("Enter")
    await until(partial(monitors, pbx), [("whisper", "1005", "1002", "active")])
    await panel.get_by_role("radio", name="Whisper").focus()
    await panel.keyboard.press("ArrowLeft")
    await panel.keyboard.press("Enter")
    await expect(panel.get_by_role("alertdialog")).to_contain_text("Listen to Amy")
    await panel.keyboard.press("Enter")
    await until(partial(monitors, pbx), [("listen", "1005", "1002", "active")])


async def test_call_is_taken_transferred_and_dialled(
    office: Stage, panel: Page
) -> None:
    """Take a ringing call, send it on by the picker, dial a number from the own phone."""
    pbx = office.pbx
    await call(office, "+44 20 7946 0123", "1002", answer=False)
    await panel.get_by_role("button", name="Take", exact=True).click()
    await expect(strip(panel)).to_contain_text("+44 20 7946 0123 calls you")
    await pbx.control("POST", "/pick_up/1005")
    await expect(strip(panel)).to_contain_text("You talk with +44 20 7946 0123")
    await strip(panel).get_by_role("button", name="Transfer").click()
    picker = panel.get_by_role("dialog", name="Transfer")
    await picker.get_by_role("textbox").fill("zoë")
    await picker.get_by_role("button", name="Zoë Müller").click()
    await expect(row(panel, "Zoë Müller")).to_contain_text("+44 20 7946 0123")
    await expect(
        panel.get_by_text("+44 20 7946 0123 was sent to Zoë Müller").first
    ).to_be_visible()
    await expect(strip(panel)).to_contain_text("You are Ingrid Solberg")
    search = panel.get_by_role("searchbox")
    await search.fill("1004")
    await expect(panel.locator("pbx-person")).to_have_count(1)
    await panel.keyboard.press("Enter")
    # The PBX calls the own phone first.
    await expect(strip(panel)).to_contain_text("Pick up your phone")
    await expect(search).to_have_value("")
    await pbx.control("POST", "/pick_up/1005")
    await expect(strip(panel)).to_contain_text("Luis Ortega")
    await expect(row(panel, "Luis Ortega")).to_contain_text("Ingrid Solberg")


async def test_caller_is_dragged_onto_somebody(office: Stage, panel: Page) -> None:
    """An extra for a mouse: the same transfer, and Escape gives it up."""
    await call(office, "+44 20 7946 0123", "1002")
    caller = row(panel, "Amy Baker").locator("[data-end=right]")
    target = person(panel, "1003")
    await caller.hover()
    await panel.mouse.down()
    await target.hover()
    await expect(panel.locator(".ghost")).to_contain_text("Drop to transfer")
    await panel.keyboard.press("Escape")
    await panel.mouse.up()
    await expect(panel.locator(".ghost")).to_have_count(0)
    await expect(row(panel, "Amy Baker")).to_be_visible()
    await caller.hover()
    await panel.mouse.down()
    await target.hover()
    await target.hover(position={"x": 40, "y": 20})
    await panel.mouse.up()
    await expect(row(panel, "Zoë Müller")).to_contain_text("+44 20 7946 0123")


async def test_do_not_disturb_is_switched_on_either_side(
    office: Stage, panel: Page
) -> None:
    """A press sets it on the PBX, and what is set there shows."""

    async def quiet() -> bool:
        return bool((await extension(office.pbx, "1005"))["dnd"])

    switch = strip(panel).get_by_role("button", name="Do not disturb")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await switch.click()
    await until(quiet, True)
    await expect(strip(panel)).to_contain_text("Do not disturb")
    await office.pbx.control("POST", "/extensions/1005", {"dnd": False})
    await expect(strip(panel)).to_contain_text("Free")


async def test_a_refusal_is_read_in_the_users_language(
    office: Stage, browser: Browser
) -> None:
    """The panel has no error texts of its own: Home Assistant shows those of the action."""
    pbx = office.pbx
    await call(office, "+44 20 7946 0123", "1002")
    async with opened(browser, office, language="de") as page:
        whisper = row(page, "Amy Baker").get_by_text("Flüstern", exact=True)
        await expect(whisper).to_be_visible()
        # Home Assistant has not read the settings again yet.
        await pbx.control("POST", "/extensions/1002", {"allow_being_monitored": False})
        await whisper.click()
        sentence = page.get_by_text("Amy Baker (1002)").first
        await expect(sentence).to_contain_text("darf nicht überwacht werden")
    await pbx.control("POST", "/extensions/1002", {"allow_being_monitored": True})


async def test_a_narrow_phone_has_tabs_and_nothing_overflows(
    office: Stage, browser: Browser, pictures: Path
) -> None:
    """On 360 pixels, with a supervision and long words."""
    await call(office, "+44 20 7946 0123", "1002")
    await call(office, "+44 7700 900456", "1006", answer=False)
    async with opened(browser, office, size=PHONE) as page:
        await expect(row(page, "Amy Baker")).to_be_visible()
        await expect(person(page, "1002")).to_be_hidden()
        await picture(page, pictures, "phone")
        assert await overflowing(page) == []
        await page.get_by_role("tab", name="People").click()
        await expect(person(page, "1002")).to_be_visible()
        await expect(row(page, "Amy Baker")).to_be_hidden()
        await person(page, "1002").get_by_role("button").click()
        await page.get_by_role("button", name="Whisper Only").click()
        await expect(strip(page)).to_contain_text("You whisper to Amy Baker")
        await strip(page).get_by_role("button", name="Stop").click()
        await until(partial(monitors, office.pbx), [])


async def test_pbx_down_and_back(office: Stage, panel: Page) -> None:
    """What is not known is shown as unknown, without a button, until it is known again."""
    await call(office, "1001", "1002")
    await expect(row(panel, "Amy Baker")).to_be_visible()
    await office.pbx.control("POST", "/network", {"up": False})
    alert = panel.locator("pbx-panel .alert").filter(has_text="does not answer")
    await expect(alert).to_be_visible(timeout=60_000)
    await expect(panel.get_by_text("Calls are unknown")).to_be_visible()
    await expect(person(panel, "1002")).to_contain_text("Unknown")
    await expect(panel.get_by_role("button", name="Whisper")).to_have_count(0)
    await office.pbx.control("POST", "/network", {"up": True})
    await expect(alert).to_have_count(0, timeout=60_000)
    await expect(row(panel, "Amy Baker")).to_be_visible()
    await expect(person(panel, "1002")).to_contain_text("with Erwin Co")


async def test_card_picker_shows_the_panel_and_its_editor(
    office: Stage, page: Page
) -> None:
    """The card is found by name, with a preview, and its form has words."""
    home_assistant = office.home_assistant
    async with home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path="card-picker",
            title="Card picker",
            mode="storage",
        )
        await socket.command(
            "lovelace/config/save",
            url_path="card-picker",
            config={"views": [{"type": "masonry", "cards": []}]},
        )
    await log_in(page, office)
    await page.goto(f"{home_assistant.url}/card-picker")
    await page.get_by_role("button", name="Edit dashboard").click()
    await page.get_by_role("button", name="Add card").click()
    await page.get_by_text("By card").click()
    card = page.locator(".card", has=page.get_by_text("Phones", exact=True))
    await card.locator(".overlay").first.click()
    form = page.locator("hui-dialog-edit-card")
    await expect(form.get_by_text("Long call after")).to_be_visible()
    await expect(form.locator("pbx-panel pbx-person").first).to_be_attached()
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("tab", name="People").click()
    await expect(person(page, "1002")).to_be_visible()


@pytest.mark.skipif(not AXE.exists(), reason="needs the front end's packages")
async def test_axe_finds_nothing_serious(
    office: Stage, panel: Page, browser: Browser
) -> None:
    """On the wide page, in a sheet and a confirmation, light; on a phone and a wall, dark."""
    await call(office, "+44 20 7946 0123", "1002")
    await call(office, "1001", "1011")
    await call(office, "+44 7700 900456", "1006", answer=False)

    async def faults(page: Page) -> list[str]:
        await expect(row(page, "Amy Baker")).to_be_visible()
        await page.add_script_tag(path=AXE)
        found = await page.locator("pbx-panel").evaluate(
            "(panel) => axe.run(panel, {resultTypes: ['violations']})"
        )
        return [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]

    assert await faults(panel) == []
    await person(panel, "1002").get_by_role("button").click()
    await expect(panel.get_by_role("dialog", name="Amy Baker")).to_be_visible()
    assert await faults(panel) == []
    await panel.get_by_role("dialog").get_by_role("button", name="Listen").click()
    await expect(panel.get_by_role("alertdialog")).to_be_visible()
    assert await faults(panel) == []
    async with opened(browser, office, size=PHONE, dark=True) as page:
        assert await faults(page) == []
    async with opened(browser, office, path="/wallboard-0", dark=True) as page:
        assert await faults(page) == []


async def test_shown_in_twenty_of_twenty_cold_profiles(
    office: Stage, browser: Browser
) -> None:
    """Nobody sees "Custom element doesn't exist", whatever loads first."""
    for _ in range(20):
        async with opened(browser, office) as page:
            await expect(person(page, "1002")).to_contain_text("Amy Baker")


async def test_wallboard_shows_and_does_nothing(
    office: Stage, browser: Browser, pictures: Path
) -> None:
    """Large rows, sums, people without a call, and not one button."""
    await call(office, "+44 20 7946 0123", "1002")
    async with opened(browser, office, path="/wallboard-0", dark=True) as page:
        await expect(row(page, "Amy Baker")).to_be_visible()
        await expect(page.locator("pbx-panel .sum").nth(1)).to_contain_text("1")
        await expect(person(page, "1002")).to_have_count(0)
        assert await page.locator("pbx-panel button").count() == 0
        await picture(page, pictures, "wallboard")
