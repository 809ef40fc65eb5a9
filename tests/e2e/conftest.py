"""The stage for each story: PBX, Home Assistant, and a browser if one is wanted."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
import os
from pathlib import Path
import sys
from typing import Final

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
import pytest
import pytest_asyncio

from tests.demo import dashboard
from tests.demo.home_assistant import HomeAssistantProcess
from tests.demo.pbx import PbxProcess

ROOT = Path(__file__).parents[2]
WIDE: Final[ViewportSize] = {"width": 1400, "height": 900}
# Somebody who is no administrator: name, username, password.
COLLEAGUE: Final = ("Colleague", "colleague", "colleague")
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# What outlives a test needs a loop that does, and so do the tests that use it.
fixture = partial(pytest_asyncio.fixture, loop_scope="session")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeStage:
    """A running Home Assistant."""

    home_assistant: HomeAssistantProcess
    # How much of the log others have written.
    heard: int = 0

    def log(self) -> str:
        """Return what Home Assistant logged so far in this story."""
        text = self.home_assistant.process.log.read_text(encoding="utf-8")
        return text[self.heard :]

    def complaints(self) -> list[str]:
        """Return the warnings and errors in the log that concern our code."""
        return [
            line
            for line in self.log().splitlines()
            if (" WARNING " in line or " ERROR " in line or "Traceback" in line)
            and "pbx" in line
            # Said of every custom integration.
            and "not been tested by Home Assistant" not in line
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(HomeStage):
    """A running Home Assistant and a simulated PBX."""

    pbx: PbxProcess

    @property
    def form(self) -> dict[str, str | int | bool]:
        """What a user fills in to add the PBX."""
        return self.pbx.form


@asynccontextmanager
async def staged(folder: Path, series: str = "s") -> AsyncGenerator[Stage]:
    """Run a PBX without traffic and an onboarded Home Assistant."""
    config = folder / "config"
    config.mkdir()
    async with AsyncExitStack() as stack:
        pbx = await PbxProcess.start(folder, office=False, series=series)
        stack.push_async_callback(pbx.stop)
        home_assistant = await HomeAssistantProcess.start(
            Path(sys.executable), config, folder
        )
        stack.push_async_callback(home_assistant.stop)
        yield Stage(pbx=pbx, home_assistant=home_assistant)


@fixture()
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Give a stage where nothing was set up yet."""
    async with staged(tmp_path) as stage:
        yield stage


@fixture(scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """Set up the PBX, its dashboard and a colleague once, for several stories."""
    async with staged(tmp_path_factory.mktemp("office")) as stage:
        # Lines that are down would stand on each picture.
        for trunk in ("DIGIT1", "FXO2-4"):
            await stage.pbx.control("POST", f"/trunks/{trunk}", {"status": "Idle"})
        await stage.home_assistant.add_pbx(stage.form)
        extensions = (await stage.pbx.state())["extensions"]
        await stage.home_assistant.wait_for_states(len(extensions))
        await stage.home_assistant.add_user(*COLLEAGUE)
        await dashboard.create(stage.home_assistant, "1005")
        yield stage


@fixture()
async def office(shared: Stage) -> AsyncGenerator[Stage]:
    """Give the shared stage; afterwards everybody hangs up."""
    yield replace(shared, heard=len(shared.log()))
    for call in (await shared.pbx.state())["calls"]:
        await shared.pbx.control("POST", f"/calls/{call['call_id']}/hangup")


@fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Start Chromium; PBX_CHROMIUM says where that is."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ["PBX_CHROMIUM"], args=BROWSER_ARGUMENTS
        )
        yield browser
        await browser.close()


@fixture()
async def page(browser: Browser) -> AsyncGenerator[Page]:
    """Open an empty page that knows nobody."""
    async with await browser.new_context(viewport=WIDE) as context:
        yield await context.new_page()


@fixture()
async def other_page(browser: Browser) -> AsyncGenerator[Page]:
    """Open one more, as if on another computer."""
    async with await browser.new_context(viewport=WIDE) as context:
        yield await context.new_page()


@pytest.fixture
def pictures() -> Path:
    """Return where the pictures go; PBX_PICTURES names another place."""
    folder = ROOT / os.environ.get("PBX_PICTURES", ".artifacts/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
