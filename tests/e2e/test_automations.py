"""The automations of the demo: each does visibly what its name says."""

from collections.abc import AsyncGenerator
from functools import partial

import pytest

from tests.demo import automations

from .conftest import Stage, fixture
from .truth import extension, monitors, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


@fixture()
async def automated(office: Stage) -> AsyncGenerator[Stage]:
    """Give the stage with the automations."""
    await automations.create(office.home_assistant)
    yield office
    await automations.remove(office.home_assistant)


async def test_supervisor_listens_when_the_trainee_takes_a_call(
    automated: Stage,
) -> None:
    """Trigger, condition and action of ours: the PBX says who listens."""
    pbx = automated.pbx
    call = await pbx.control("POST", "/calls", {"from": "1001", "to": "1004"})
    act = f"/calls/{call['call_id']}"
    await automated.home_assistant.wait_for_state("sensor.luis_ortega_1004", "ringing")
    assert await monitors(pbx) == []
    await pbx.control("POST", f"{act}/answer")
    await until(partial(monitors, pbx), [("listen", "1000", "1004", "active")])
    await pbx.control("POST", f"{act}/hangup")
    await automated.home_assistant.wait_for_state("sensor.jayson_reed_1000", "idle")
    assert automated.complaints() == []


async def test_a_notification_tells_who_was_missed(automated: Stage) -> None:
    """A call that nobody takes becomes a notification, one that is taken does not."""
    pbx, home_assistant = automated.pbx, automated.home_assistant

    async def told() -> list[str]:
        async with home_assistant.websocket() as socket:
            found = await socket.command("persistent_notification/get")
        return [one["message"] for one in found if one["title"] == "Missed call"]

    for answered in (True, False):
        call = await pbx.control(
            "POST", "/calls", {"from": "0401234567", "to": "1003", "answer": answered}
        )
        wanted = "busy" if answered else "ringing"
        await home_assistant.wait_for_state("sensor.zoe_muller_1003", wanted)
        await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
        await home_assistant.wait_for_state("sensor.zoe_muller_1003", "idle")
    await until(told, ["0401234567 called Zoë Müller (1003)."])


async def test_blueprint_shows_who_is_on_air(automated: Stage) -> None:
    """The blueprint of the repository, from the folder it belongs to."""
    pbx, home_assistant = automated.pbx, automated.home_assistant
    call = await pbx.control(
        "POST", "/calls", {"from": "1001", "to": "1006", "answer": True}
    )
    await home_assistant.wait_for_state(automations.LIGHT, "on")
    assert (await extension(pbx, "1006"))["status"] == "Busy"
    await pbx.control("POST", f"/calls/{call['call_id']}/hangup")
    await home_assistant.wait_for_state(automations.LIGHT, "off")
    assert automated.complaints() == []
