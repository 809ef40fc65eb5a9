"""Queues and parked calls on the panel, as the WebSocket tells them."""

import time
from typing import Any

from playwright.async_api import Page, expect
import pytest

from .phones import row
from .test_panel_speed import open_office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


def agent(number: str, **state: bool) -> dict[str, Any]:
    """Return an agent who is logged in."""
    named = {"number": number, "name": None, "logged_in": True, "paused": False}
    return {**named, **state}


async def tell(page: Page, **message: Any) -> None:
    """Let the PBX tell something."""
    await page.evaluate("([message]) => busy.tell(card, message)", [message])


async def test_who_waits_who_is_free_and_what_is_parked(page: Page) -> None:
    """A tile each, only while there are any; a parked call is taken with one press."""
    await open_office(page)
    tiles = page.locator("pbx-panel .queue")
    await expect(tiles).to_have_count(0)
    now = time.time()
    agents = [
        agent("1100"),
        agent("1101", paused=True),
        agent("1102", logged_in=False),
        # In a call.
        agent("1000"),
    ]
    callers = [{"number": "+44", "name": None, "since": now - 84}] * 2
    await tell(
        page,
        queues=[
            {"number": "700", "name": "Sales", "callers": callers, "agents": agents},
            {"number": "701", "name": None, "callers": [], "agents": None},
        ],
        parked=[
            {
                "slot": "71",
                "number": "+44 20 7946 0123",
                "name": "Harbour Dental",
                "extension": False,
                "since": now - 44,
            }
        ],
    )
    await expect(tiles.nth(0)).to_contain_text("Sales")
    await expect(tiles.nth(0)).to_contain_text("n_waiting 2, 1:2")
    await expect(tiles.nth(0)).to_contain_text("agents_free 1 3")
    await expect(tiles.nth(1)).to_contain_text("nobody_waits")
    await expect(tiles.nth(2)).to_contain_text("Harbour Dental")
    await expect(tiles.nth(2)).to_contain_text("parked_at 71 · 0:4")
    await tiles.nth(2).get_by_role("button", name="take").click()
    acted = {"action": "pick_up", "extension": "1199", "slot": "71"}
    told = await page.evaluate("busy.acted")
    assert told == [{**acted, "config_entry_id": "entry"}]
    await tell(
        page, queues=[{"number": "700", "name": "Sales", "callers": [], "agents": []}]
    )
    await expect(tiles.nth(0)).to_contain_text("nobody_waits")
    await tell(page, parked=[])
    await expect(tiles).to_have_count(2)
    waits = [{"number": "+44", "name": None, "since": now - 84}]
    await tell(page, queues=[{"number": "701", "name": "Help", "callers": waits}])
    await page.evaluate("card.setConfig({ layout: 'wallboard' })")
    sums = page.locator("pbx-panel .sum")
    await expect(sums.nth(0)).to_contain_text("Sales0")
    await expect(sums.nth(1)).to_contain_text("Help1 1:")


async def test_call_is_sent_to_a_queue(page: Page) -> None:
    """By drag and drop, and from the list of the sheet."""
    await open_office(page)
    queue = {"number": "700", "name": "Sales", "callers": [], "agents": []}
    await tell(page, queues=[queue])
    caller = row(page, "Person 1003").locator("[data-end=right]")
    tile = page.locator("pbx-panel .queue")
    await caller.scroll_into_view_if_needed()
    await caller.hover()
    await page.mouse.down()
    await tile.hover()
    await tile.hover(position={"x": 40, "y": 20})
    await expect(page.locator(".ghost")).to_contain_text("drop")
    await page.mouse.up()
    sent = {"action": "transfer", "extension": "1003", "to": "700"}
    acted = await page.evaluate("busy.acted")
    assert [{key: one[key] for key in sent} for one in acted] == [sent]
    assert acted[0]["destination"] == "queue"
    await caller.click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="transfer_to").click()
    await sheet.get_by_role("button", name="Sales").click()
    acted = await page.evaluate("busy.acted")
    assert [one["destination"] for one in acted] == ["queue", "queue"]
