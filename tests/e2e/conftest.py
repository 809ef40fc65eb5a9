"""The stage for each story: PBX, Home Assistant, and a browser if one is wanted."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
import os
from pathlib import Path
import sys

from playwright.async_api import Page, async_playwright
import pytest

from tests.stage.home_assistant import HomeAssistantProcess
from tests.stage.pbx import PbxProcess

ROOT = Path(__file__).parents[2]
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is running."""

    pbx: PbxProcess
    home_assistant: HomeAssistantProcess

    @property
    def form(self) -> dict[str, str | int | bool]:
        """What a user fills in to add the PBX."""
        return {
            "host": self.pbx.host,
            "port": self.pbx.port,
            "ssl": True,
            "username": self.pbx.username,
            "password": self.pbx.password,
        }

    def log(self) -> str:
        """Return what Home Assistant logged so far."""
        return self.home_assistant.process.log.read_text(encoding="utf-8")

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


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Run a PBX without traffic and an onboarded Home Assistant."""
    config = tmp_path / "config"
    config.mkdir()
    pbx = await PbxProcess.start(tmp_path, office=False)
    try:
        home_assistant = await HomeAssistantProcess.start(
            Path(sys.executable), config, tmp_path
        )
        try:
            yield Stage(pbx, home_assistant)
        finally:
            await home_assistant.stop()
    finally:
        await pbx.stop()


@pytest.fixture
async def page() -> AsyncGenerator[Page]:
    """Open an empty page in Chromium; PBX_CHROMIUM says where that is."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ["PBX_CHROMIUM"], args=BROWSER_ARGUMENTS
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(30_000)
        yield page
        await browser.close()


@pytest.fixture
def pictures() -> Path:
    """Return where the pictures go; PBX_PICTURES names another place."""
    folder = ROOT / os.environ.get("PBX_PICTURES", ".artifacts/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
