"""Blueprints, imported and run in real automations on what the PBX reports."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.blueprint import importer
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_mock_service
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from .automations import call_entity, extension_device
from .conftest import Push
from .phone import MOBILE_APP, Phone, phone_of, until
from .supervised import listen_to

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints" / "automation" / "pbx"
BLUEPRINTS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
RAW = "https://raw.githubusercontent.com/ha-pbx/ha-pbx/main/blueprints/automation/pbx"


@pytest.fixture(autouse=True)
async def _mobile_app(hass: HomeAssistant) -> None:
    """Set the app's component up before Home Assistant serves on a socket."""
    assert await async_setup_component(hass, MOBILE_APP, {})
    await hass.async_block_till_done()


@pytest.fixture
async def phone(
    pushing: Push, report_address: str, hass_admin_user: MockUser
) -> AsyncGenerator[Phone]:
    """Return an administrator's phone; end what waits for it afterwards."""
    async with phone_of(pushing.hass, report_address, hass_admin_user) as found:
        yield found
        await stop(pushing.hass)


async def stop(hass: HomeAssistant) -> None:
    """End what the automation does and waits for."""
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.blueprint"}, blocking=True
    )
    await hass.async_block_till_done()


async def use(
    hass: HomeAssistant, tmp_path: Path, name: str, inputs: dict[str, Any]
) -> None:
    """Make an automation of a blueprint."""
    hass.config.config_dir = str(tmp_path)
    folder = tmp_path / "blueprints" / "automation"
    await hass.async_add_executor_job(shutil.copytree, FOLDER, folder / "pbx")
    config = {
        "alias": "Blueprint",
        "use_blueprint": {"path": f"pbx/{name}.yaml", "input": inputs},
    }
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()
    state = hass.states.get("automation.blueprint")
    assert state is not None
    assert state.state == "on"


async def a_moment(push: Push) -> None:
    """Let what may happen happen."""
    await push.sim.reports_sent()
    await asyncio.sleep(0.2)


@pytest.mark.parametrize("name", BLUEPRINTS)
async def test_import(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, name: str
) -> None:
    """As the link in the README does it, on every release we support."""
    source = await hass.async_add_executor_job((FOLDER / f"{name}.yaml").read_text)
    aioclient_mock.get(f"{RAW}/{name}.yaml", text=source)
    url = f"https://github.com/ha-pbx/ha-pbx/blob/main/blueprints/automation/pbx/{name}.yaml"
    found = await importer.fetch_blueprint_from_url(hass, url)
    assert found.suggested_filename == f"ha-pbx/{name}"
    assert found.blueprint.domain == "automation"
    assert found.blueprint.metadata["source_url"] == url
    assert found.blueprint.validate() is None


@pytest.fixture
async def coached(pushing: Push, phone: Phone, tmp_path: Path) -> Push:
    """Return a PBX where calls are long after a second."""
    inputs = {
        "extensions": {"entity_id": call_entity(pushing, "1002")},
        "duration": {"seconds": 1},
        "supervisor": extension_device(pushing, "1005"),
        "notify_device": phone.device_id,
    }
    await use(pushing.hass, tmp_path, "coach_on_long_calls", inputs)
    return pushing


async def test_coach_on_long_calls(coached: Push, phone: Phone) -> None:
    """Whisper, listen instead, and the offer goes when the call ends."""
    call = coached.sim.call("1001", "1002", answer=True)
    await until(lambda: len(phone.shown) == 1)
    assert phone.titles == ["Long call: Bruno Costa"]
    assert phone.shown[0]["message"].startswith("With Anna Berg since ")
    await phone.press("Whisper")
    await until(lambda: len(coached.sim.monitors) == 1)
    (leg,) = coached.sim.monitors.values()
    assert (leg.mode, leg.supervisor, leg.extension) == (
        "whisper",
        "1005",
        "1002",
    )
    await until(lambda: len(phone.shown) == 2)

    await phone.press("Listen")
    await until(lambda: len(phone.shown) == 3)
    await phone.press("Yes, listen")
    await until(lambda: len(phone.shown) == 4)
    assert phone.titles[2:] == ["Listen to Bruno Costa?", "Long call: Bruno Costa"]
    (leg,) = coached.sim.monitors.values()
    assert (leg.mode, leg.supervisor, leg.extension) == ("listen", "1005", "1002")
    call.hang_up()
    await until(lambda: phone.titles[-1] == "clear_notification")
    assert phone.shown[-1]["data"]["tag"] == phone.shown[0]["data"]["tag"]


async def test_coach_confirms_before_listening(
    coached: Push, phone: Phone, hass_read_only_user: MockUser
) -> None:
    """Nothing happens before, and it counts who confirms."""
    call = coached.sim.call("1001", "1002", answer=True)
    await until(lambda: len(phone.shown) == 1)
    await phone.press("Listen")
    await until(lambda: len(phone.shown) == 2)
    assert phone.titles == ["Long call: Bruno Costa", "Listen to Bruno Costa?"]
    assert list(phone.buttons()) == ["Yes, listen", "No"]
    assert phone.shown[1]["data"]["tag"] == phone.shown[0]["data"]["tag"]
    await phone.press("No")
    await until(lambda: len(phone.shown) == 3)
    assert phone.titles[2] == "Long call: Bruno Costa"
    assert not coached.sim.requests_to("extension/whisper")

    await phone.press("Listen")
    await until(lambda: len(phone.shown) == 4)
    await phone.press("Yes, listen", by=hass_read_only_user)
    await until(lambda: len(phone.shown) == 6)
    assert phone.titles[4:] == ["Not possible: Bruno Costa", "Long call: Bruno Costa"]
    assert not coached.sim.requests_to("extension/whisper")

    await phone.press("Listen")
    await until(lambda: len(phone.shown) == 7)
    call.hang_up()
    await until(lambda: phone.titles[-1] == "clear_notification")
    assert not coached.sim.requests_to("extension/whisper")


async def test_coach_hears_why_not(coached: Push, phone: Phone) -> None:
    """A button that does nothing says so."""
    coached.sim.call("1001", "1002", answer=True)
    await until(lambda: len(phone.shown) == 1)
    coached.sim.set_registered("1005", False)
    await phone.press("Whisper")
    await until(lambda: len(phone.shown) == 3)
    assert phone.titles[1:] == ["Not possible: Bruno Costa", "Long call: Bruno Costa"]


def has_shown(phone: Phone, number: int) -> bool:
    """Return whether a phone has shown a number of notifications."""
    return len(phone.shown) == number


async def test_coach_is_checked_against_the_policy(
    coached: Push, phone: Phone, hass_read_only_user: MockUser
) -> None:
    """A user who may not supervise gets no whisper by the event of the button.

    Neither does the next one, whom Home Assistant no longer knows.
    """
    told = listen_to(coached.hass)
    coached.sim.call("1001", "1002", answer=True)
    await until(lambda: len(phone.shown) == 1)
    gone = MockUser(name="Gone")
    for shown, user in ((3, hass_read_only_user), (5, gone)):
        await phone.press("Whisper", by=user)
        await until(partial(has_shown, phone, shown))
        assert phone.titles[-2] == "Not possible: Bruno Costa"
    assert told.types == ["refused"] * 2
    assert told.events[0][0]["user"] == hass_read_only_user.id
    assert coached.sim.monitors == {}
    assert not coached.sim.requests_to("extension/whisper")

    await phone.press("Whisper")
    await until(lambda: told.types == ["refused", "refused", "started"])
    assert told.events[-1][0]["user"] == phone.user.id


async def test_short_call_needs_no_coach(coached: Push, phone: Phone) -> None:
    """Nor does one that ended before, while another goes on."""
    call = coached.sim.call("1001", "1002", answer=True)
    await coached.sim.reports_sent()
    call.hang_up()
    await asyncio.sleep(1.2)
    assert phone.shown == []


OPTIONAL = SupportsResponse.OPTIONAL


async def test_missed_call_notification(
    pushing: Push, phone: Phone, tmp_path: Path
) -> None:
    """Who called, and a button that lets the PBX call them."""
    hass = pushing.hass
    dials = async_mock_service(
        hass, "pbx", "dial", response={"call_id": "1"}, supports_response=OPTIONAL
    )
    inputs = {
        "extensions": {"device_id": extension_device(pushing, "1002")},
        "notify_device": phone.device_id,
        "prefix": "00",
    }
    await use(hass, tmp_path, "missed_call_notification", inputs)
    call = pushing.sim.inbound("+358401234567", "1002")
    await a_moment(pushing)
    call.hang_up()
    await until(lambda: len(phone.shown) == 1)
    assert phone.titles == ["Missed call: Bruno Costa"]
    assert phone.shown[0]["message"] == "+358401234567 rang for 0 seconds."
    await phone.press("Call back")
    await until(lambda: len(dials) == 1)
    assert dials[0].data == {
        "extension": extension_device(pushing, "1002"),
        "to": "tel:00+358401234567",
    }


async def test_call_back_needs_control_of_the_extension(
    pushing: Push, phone: Phone, tmp_path: Path, hass_read_only_user: MockUser
) -> None:
    """A user who may only look lets no phone ring."""
    inputs = {
        "extensions": {"device_id": extension_device(pushing, "1002")},
        "notify_device": phone.device_id,
    }
    await use(pushing.hass, tmp_path, "missed_call_notification", inputs)
    call = pushing.sim.inbound("0401234567", "1002")
    await a_moment(pushing)
    call.hang_up()
    await until(lambda: len(phone.shown) == 1)
    await phone.press("Call back", by=hass_read_only_user)
    await until(lambda: len(phone.shown) == 2)
    assert phone.titles[1] == "Not called back: Bruno Costa"
    assert not pushing.sim.requests_to("call/dial")


@pytest.mark.parametrize(
    ("number", "shown"), [("", "A hidden number rang"), ("*901002", "*901002 rang")]
)
async def test_number_that_cannot_be_called_has_no_button(
    pushing: Push, phone: Phone, tmp_path: Path, number: str, shown: str
) -> None:
    """Neither a hidden one nor a feature code, which the caller has chosen.

    A call that a colleague answered is not missed.
    """
    inputs = {
        "extensions": {"device_id": extension_device(pushing, "1002")},
        "notify_device": phone.device_id,
    }
    await use(pushing.hass, tmp_path, "missed_call_notification", inputs)
    answered = pushing.sim.call("1001", "1002", answer=True)
    await a_moment(pushing)
    answered.hang_up()
    await a_moment(pushing)
    call = pushing.sim.inbound(number, "1002")
    await a_moment(pushing)
    call.hang_up()
    await until(lambda: len(phone.shown) == 1)
    assert phone.shown[0]["message"].startswith(shown)
    assert phone.buttons() == {}


async def test_buttons_cannot_be_guessed(
    pushing: Push, phone: Phone, tmp_path: Path
) -> None:
    """Their names are random, and nothing in a state tells them."""
    inputs = {
        "extensions": {"device_id": extension_device(pushing, "1002")},
        "notify_device": phone.device_id,
    }
    await use(pushing.hass, tmp_path, "missed_call_notification", inputs)
    names: set[str] = set()
    for _ in range(2):
        call = pushing.sim.inbound("0401234567", "1002")
        await a_moment(pushing)
        call.hang_up()
        await until(lambda: len(phone.shown) == len(names) + 1)
        (name,) = phone.buttons().values()
        names.add(name)
        for state in pushing.hass.states.async_all():
            assert state.context.id not in name
    assert len(names) == 2
    assert all(len(name) > 30 for name in names)


async def test_doorbell_extension(pushing: Push, phone: Phone, tmp_path: Path) -> None:
    """A picture, a chime, and a button that opens."""
    hass = pushing.hass
    chimes = async_mock_service(hass, "siren", "turn_on")
    opens = async_mock_service(hass, "lock", "open")
    inputs = {
        "door": extension_device(pushing, "1006"),
        "notify_device": phone.device_id,
        "camera": "camera.door",
        "ring_actions": [{"action": "siren.turn_on"}],
        "open_button": "Open",
        "open_actions": [
            {"action": "lock.open", "target": {"entity_id": "lock.front"}}
        ],
    }
    await use(hass, tmp_path, "doorbell_extension", inputs)
    pushing.sim.call("1001", "1006")
    await a_moment(pushing)
    assert phone.shown == []
    pushing.sim.call("1006", "1002")
    await until(lambda: len(phone.shown) == 1)
    assert phone.titles == ["Door"]
    assert phone.shown[0]["data"]["image"] == "/api/camera_proxy/camera.door"
    await until(lambda: len(chimes) == 1)
    await phone.press("Open")
    await until(lambda: len(opens) == 1)
    assert opens[0].data == {"entity_id": ["lock.front"]}


async def test_door_stays_shut_for_a_user_who_may_only_look(
    pushing: Push, phone: Phone, tmp_path: Path, hass_read_only_user: MockUser
) -> None:
    """What opens it runs without a user, so the button's user is checked before."""
    hass = pushing.hass
    opens = async_mock_service(hass, "lock", "open")
    inputs = {
        "door": extension_device(pushing, "1006"),
        "notify_device": phone.device_id,
        "open_button": "Open",
        "open_actions": [
            {"action": "lock.open", "target": {"entity_id": "lock.front"}}
        ],
    }
    await use(hass, tmp_path, "doorbell_extension", inputs)
    pushing.sim.call("1006", "1002")
    await until(lambda: len(phone.shown) == 1)
    await phone.press("Open", by=hass_read_only_user)
    await a_moment(pushing)
    assert opens == []


async def test_doorbell_with_defaults(
    pushing: Push, phone: Phone, tmp_path: Path
) -> None:
    """A notification and nothing else."""
    inputs = {
        "door": extension_device(pushing, "1006"),
        "notify_device": phone.device_id,
    }
    await use(pushing.hass, tmp_path, "doorbell_extension", inputs)
    pushing.sim.call("1006", "1002")
    await until(lambda: len(phone.shown) == 1)
    assert phone.buttons() == {}
    assert "image" not in phone.shown[0]["data"]
