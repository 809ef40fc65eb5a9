"""A real Asterisk with phones that talk, in a real browser and in the demo."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
import os
from pathlib import Path
import sys
from typing import Any

from playwright.async_api import Page, expect
import pytest

from tests.asterisk.install import SUITES
from tests.asterisk.office import EXTENSIONS, OUTSIDE
from tests.asterisk.remote import RemoteRig, running_rig
from tests.asterisk.requirement import require_asterisk
from tests.asterisk.sound import AUDIBLE, LONG_ENOUGH, SILENT
from tests.demo import dashboard
from tests.demo.home_assistant import HomeAssistantProcess

from .conftest import ROOT, HomeStage, fixture
from .phones import person, row, strip
from .screen import log_in, picture
from .truth import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

AGENT, SUPERVISOR = "1001", "1005"
WHISPER = [[f"PJSIP/{SUPERVISOR}", f"PJSIP/{AGENT}", "qwESu"]]
USER = "homeassistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class RigStage(HomeStage):
    """A running Home Assistant and a real Asterisk."""

    rig: RemoteRig


@fixture(scope="module")
async def rig_stage(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[RigStage]:
    """Give a stage to which each test adds the PBX, and removes it again."""
    require_asterisk(SUITES[0])
    folder = tmp_path_factory.mktemp("asterisk")
    config = folder / "config"
    config.mkdir()
    with running_rig(SUITES[0]) as rig:
        home_assistant = await HomeAssistantProcess.start(
            Path(sys.executable), config, folder
        )
        try:
            yield RigStage(rig=rig, home_assistant=home_assistant)
        finally:
            await home_assistant.stop()


async def add_asterisk(page: Page, stage: RigStage) -> None:
    """Add the PBX under Settings, at first with a wrong secret."""
    await page.goto(f"{stage.home_assistant.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    # The page behind has a search field, too.
    dialog = page.locator("dialog-add-integration")
    await dialog.get_by_role("textbox").fill("Asterisk")
    await dialog.get_by_text("Yeastar, Asterisk phone system (PBX)").click()
    form = page.locator("step-flow-form")
    await form.get_by_text("Asterisk").click()
    await page.get_by_role("button", name="Submit").click()
    await form.locator("input[name=host]").fill("127.0.0.1")
    await form.locator("input[type=number]").fill(str(stage.rig.ports["AMI"]))
    await form.locator("input[name=username]").fill(USER)
    await form.locator("input[name=password]").fill("wrong")
    await page.get_by_role("button", name="Submit").click()
    await expect(form.locator("ha-alert")).to_be_visible()
    await form.locator("input[name=password]").fill(f"{USER}-secret")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Skip and finish").click()


@pytest.mark.browser
async def test_from_adding_asterisk_to_the_voice_in_the_agents_ear(
    rig_stage: RigStage, page: Page, pictures: Path
) -> None:
    """Add, see a call, whisper, stop, whisper again, hang up: and who heard whom."""
    rig, home_assistant = rig_stage.rig, rig_stage.home_assistant
    await log_in(page, rig_stage)
    await add_asterisk(page, rig_stage)
    await home_assistant.wait_for_states(len(EXTENSIONS))
    await page.goto(await dashboard.create(home_assistant, SUPERVISOR))
    agent, call = person(page, AGENT), row(page, "Anna Berg")
    await expect(agent).to_contain_text("Anna Berg")
    await expect(agent).to_contain_text("Free")

    # A customer calls, and the phone rings.
    await rig.do("1001 does ring")
    await rig.do(f"{OUTSIDE} call_in 5550101")
    await expect(call).to_contain_text("rings")
    await rig.do("1001 answer")
    await expect(call).to_contain_text(OUTSIDE)

    # The supervisor's phone is called, and picks up by itself.
    whisper = page.get_by_role("button", name="Whisper to Anna Berg")
    await whisper.click()
    await until(partial(rig.do, "spies"), WHISPER)
    await expect(strip(page)).to_contain_text("You whisper to Anna Berg")
    await expect(call).to_contain_text("You whisper to Anna Berg")
    await picture(page, pictures, "asterisk")
    await strip(page).get_by_role("button", name="Stop").click()
    await until(partial(rig.do, "spies"), [])
    await expect(strip(page)).to_contain_text("Free")
    await expect(call).to_contain_text(OUTSIDE)

    await whisper.click()
    await until(partial(rig.do, "spies"), WHISPER)
    await asyncio.sleep(LONG_ENOUGH)
    await agent.get_by_role("button").click()
    await page.get_by_role("dialog").get_by_role("button", name="Hang up").click()
    confirm = page.get_by_role("alertdialog")
    await confirm.get_by_role("button", name="Hang up").click()
    await expect(agent).to_contain_text("Free")
    await expect(strip(page)).to_contain_text("Free")
    heard = await rig.hears(AGENT, OUTSIDE, SUPERVISOR)
    audible = {
        number: {party for party, level in levels.items() if level >= AUDIBLE}
        for number, levels in heard.items()
    }
    assert audible == {
        AGENT: {OUTSIDE, SUPERVISOR},
        OUTSIDE: {AGENT},
        SUPERVISOR: {AGENT, OUTSIDE},
    }
    assert heard[OUTSIDE][SUPERVISOR] <= SILENT
    assert rig_stage.complaints() == []
    assert f"{USER}-secret" not in rig_stage.log()
    (entry,) = await home_assistant.rest(
        "GET", "/api/config/config_entries/entry?domain=pbx"
    )
    await remove(home_assistant, entry["entry_id"])


def form_of(rig: RemoteRig) -> dict[str, Any]:
    """Return what a user fills in to add the PBX."""
    return {
        "host": "127.0.0.1",
        "port": rig.ports["AMI"],
        "ssl": False,
        "username": USER,
        "password": f"{USER}-secret",
    }


async def remove(home_assistant: HomeAssistantProcess, entry_id: str) -> None:
    """Remove the PBX."""
    await home_assistant.rest("DELETE", f"/api/config/config_entries/entry/{entry_id}")


async def test_a_restart_in_a_supervised_call_changes_nothing(
    rig_stage: RigStage,
) -> None:
    """Home Assistant shows call and supervision again, and can end it."""
    rig, home_assistant = rig_stage.rig, rig_stage.home_assistant
    await rig.do("clear")
    entry_id = await home_assistant.add_pbx(form_of(rig), family="asterisk")
    await home_assistant.wait_for_states(len(EXTENSIONS))
    await rig.do(f"{OUTSIDE} call_in 5550101")
    await home_assistant.wait_for_state("sensor.anna_berg_1001", "busy")
    names = {"whisperer": SUPERVISOR, "whispered": AGENT}
    await home_assistant.rest("POST", "/api/services/pbx/whisper", names)
    await until(partial(rig.do, "spies"), WHISPER)

    await home_assistant.restart()
    await home_assistant.wait_for_state("sensor.anna_berg_1001", "busy")
    agent = await home_assistant.rest("GET", "/api/states/sensor.anna_berg_1001")
    assert agent["attributes"]["monitored_by"] == [SUPERVISOR]
    assert await rig.do("spies") == WHISPER
    stop = {"supervisor": SUPERVISOR}
    await home_assistant.rest("POST", "/api/services/pbx/stop_monitoring", stop)
    await until(partial(rig.do, "spies"), [])
    path = "/api/states/sensor.anna_berg_1001_last_call"
    # The last call of the story before is still known.
    before = last = await home_assistant.rest("GET", path)
    await rig.do("1001 hang_up")
    async with asyncio.timeout(10):
        while last["attributes"].get("ended") == before["attributes"].get("ended"):
            await asyncio.sleep(0.1)
            last = await home_assistant.rest("GET", path)
    assert last["state"] == "answered"
    assert last["attributes"]["number"] == OUTSIDE
    assert last["attributes"]["ended_by"] == AGENT
    await remove(home_assistant, entry_id)


@pytest.mark.browser
async def test_queue_and_parked_call_are_on_the_panel(
    rig_stage: RigStage, page: Page
) -> None:
    """Who waits; and a parked call is taken by the own phone with one press."""
    rig, home_assistant = rig_stage.rig, rig_stage.home_assistant
    await rig.do("clear")
    entry_id = await home_assistant.add_pbx(form_of(rig), family="asterisk")
    await home_assistant.wait_for_states(len(EXTENSIONS))
    await log_in(page, rig_stage)
    await page.goto(await dashboard.create(home_assistant, SUPERVISOR, "with-queues"))
    tiles = page.locator("pbx-panel .queue")
    queue = tiles.filter(has_text="agents free").first
    await expect(queue).to_contain_text("Nobody waits")
    for number in ("1003", "1004"):
        await rig.do(f"{number} does ring")
    await rig.do(f"{OUTSIDE} call_in 5550103")
    await expect(queue).to_contain_text("1 waiting")
    await rig.do(f"{OUTSIDE} hang_up")
    await expect(queue).to_contain_text("Nobody waits")

    await rig.do("clear")
    await rig.do(f"{OUTSIDE} call_in 5550101")
    await expect(row(page, "Anna Berg")).to_contain_text(OUTSIDE)
    await rig.do(f"{AGENT} blind 70")
    parked = tiles.filter(has_text="Parked at 71")
    await expect(parked).to_contain_text(OUTSIDE)
    await parked.get_by_role("button", name="Take").click()
    await expect(parked).to_have_count(0)
    await expect(strip(page)).to_contain_text(OUTSIDE)
    await rig.do(f"{SUPERVISOR} hang_up")
    await expect(strip(page)).to_contain_text("Free")
    await remove(home_assistant, entry_id)


async def run_demo(**environment: str) -> tuple[int | None, str]:
    """Run the demo for a moment; return its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.demo", "--pbx", "asterisk", "--seconds", "2"),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode()


@pytest.mark.skipif(
    find_spec("pytest_homeassistant_custom_component") is not None,
    reason="the demo takes the newest release, which has no test package yet",
)
async def test_the_demo_shows_a_real_asterisk() -> None:
    """It gets ready, tells where it is, and ends by itself."""
    require_asterisk(SUITES[0])
    status, printed = await run_demo()
    assert status == 0, printed
    assert f"/{dashboard.URL_PATH}" in printed
    assert printed.endswith("Gone without a trace.\n")


async def test_the_demo_says_loudly_that_there_is_no_asterisk(tmp_path: Path) -> None:
    """A machine that can get none is told why, and what works instead."""
    nowhere = {"ASTERISK_CACHE": str(tmp_path), "ASTERISK_MIRROR": "file:///nowhere/"}
    status, printed = await run_demo(**nowhere)
    assert status == 1
    assert "THE DEMO CANNOT SHOW IT" in printed
    assert "no Asterisk of" in printed
