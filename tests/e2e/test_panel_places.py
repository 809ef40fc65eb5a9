"""The places where the panel is found: sections, the card picker, the dashboard's form, and after an upgrade."""

from hashlib import sha256
import re
from typing import Any

from homeassistant.const import __version__ as version
from playwright.async_api import Browser, Page, expect
import pytest

from .conftest import ROOT, Stage, fixture
from .phones import opened, person
from .screen import log_in

BUNDLE = ROOT / "custom_components" / "pbx" / "frontend" / "pbx-panel.js"
SECTION_STRATEGIES = tuple(map(int, version.split(".")[:2])) >= (2026, 11)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


@fixture()
async def editing(office: Stage, page: Page) -> Page:
    """Log in as the owner, who will edit dashboards."""
    await log_in(page, office)
    return page


async def create(stage: Stage, path: str, config: dict[str, Any]) -> str:
    """Make a dashboard, and return its address."""
    async with stage.home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create", url_path=path, title=path, mode="storage"
        )
        await socket.command("lovelace/config/save", url_path=path, config=config)
    return f"{stage.home_assistant.url}/{path}"


async def config_of(stage: Stage, path: str) -> dict[str, Any]:
    """Return what a dashboard was saved with."""
    async with stage.home_assistant.websocket() as socket:
        return dict(await socket.command("lovelace/config", url_path=path))


@pytest.mark.skipif(not SECTION_STRATEGIES, reason="Home Assistant has no such section")
async def test_automatic_section_is_the_panel(office: Stage, editing: Page) -> None:
    """It is listed beside those of Home Assistant, and has a preview."""
    page = editing
    address = await create(
        office, "with-section", {"views": [{"type": "sections", "sections": []}]}
    )
    await page.goto(address)
    await page.get_by_role("button", name="Edit dashboard").click()
    await page.locator("button.create-section").click()
    await page.get_by_text("Automatic section").click()
    option = page.locator('.option[data-type="custom:pbx"]')
    await expect(option).to_contain_text("Phones")
    await option.click()
    await expect(page.locator("hui-dialog-edit-section pbx-panel")).to_be_attached()
    await page.locator("pbx-strategy-editor select[multiple]").select_option(
        label="Amy Baker"
    )
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("tab", name="People").click()
    await expect(person(page, "1002")).to_be_visible()
    await expect(person(page, "1001")).to_have_count(0)


async def test_the_form_of_the_dashboard_chooses_the_people(
    office: Stage, editing: Page
) -> None:
    """Without YAML; what is chosen is shown after saving."""
    page = editing
    address = await create(office, "small-team", {"strategy": {"type": "custom:pbx"}})
    await page.goto(address)
    await expect(person(page, "1001")).to_be_visible()
    await page.get_by_role("button", name="Edit dashboard").click()
    await page.locator("pbx-strategy-editor select[multiple]").select_option(
        label=["Amy Baker", "Zoë Müller"]
    )
    await page.get_by_role("button", name="Save").click()
    await expect(person(page, "1001")).to_have_count(0)
    await expect(person(page, "1003")).to_be_visible()
    strategy = (await config_of(office, "small-team"))["strategy"]
    assert strategy["type"] == "custom:pbx"
    assert len(strategy["team"]) == 2


async def test_panel_is_suggested_for_an_extension(
    office: Stage, editing: Page
) -> None:
    """Where a card is chosen by its entity: the panel of its PBX, and one of its own."""
    page = editing
    await page.goto(
        await create(office, "by-entity", {"views": [{"type": "masonry", "cards": []}]})
    )
    await page.get_by_role("button", name="Edit dashboard").click()
    await page.get_by_role("button", name="Add card").click()
    await page.get_by_text("By entity").click()
    picker = page.locator("hui-dialog-create-card")
    search = picker.get_by_role("textbox")
    await search.fill("Amy")
    await expect(search).to_have_value("Amy")
    await picker.get_by_text("Amy Baker").first.click()
    await expect(picker.locator("pbx-panel")).to_have_count(2)


async def test_resource_is_replaced_after_an_upgrade(
    office: Stage, browser: Browser
) -> None:
    """The one that loads the bundle of before loads that of today, and there is one."""
    home_assistant = office.home_assistant
    today = sha256(BUNDLE.read_bytes()).hexdigest()[:12]

    async with home_assistant.websocket() as socket:

        async def ours() -> list[dict[str, Any]]:
            found = await socket.command("lovelace/resources")
            return [one for one in found if "pbx-panel.js" in one["url"]]

        (item,) = await ours()
        assert item["url"].endswith(today)
        before = re.sub(r"v=\w+", "v=0123456789ab", item["url"])
        await socket.command(
            "lovelace/resources/update", resource_id=item["id"], url=before
        )
        (entry,) = await socket.command("config_entries/get", domain="pbx")
        path = f"/api/config/config_entries/entry/{entry['entry_id']}/reload"
        await home_assistant.rest("POST", path)
        assert await ours() == [item]
    await home_assistant.wait_for_states(len((await office.pbx.state())["extensions"]))
    async with opened(browser, office) as page:
        await expect(person(page, "1002")).to_be_visible()
        loaded = await page.evaluate(
            "performance.getEntriesByType('resource').map((one) => one.name)"
        )
        assert [one[-12:] for one in loaded if "pbx-panel.js" in one] == [today]
