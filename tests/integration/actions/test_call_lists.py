"""`pbx.get_calls` and `pbx.get_call_history`: what goes on, and what is over."""

from datetime import datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import json_dumps
import pytest
import voluptuous as vol

from custom_components.pbx.const import CONF_CONTACTS, DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.act import BRUNO, SAMI, act, acted, bodies
from tests.integration.conftest import Push, entry_for, set_up_pushing, small_office
from tests.simulator import Fault, ManualClock, Simulator

from .test_monitoring import user_with

DAY = {"start": "2017-09-13 00:00:00", "end": "2017-09-13 23:59:59"}
CONTACTS = {CONF_CONTACTS: "0401234567 = Anna's mother"}


@pytest.fixture
async def office(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
) -> Push:
    """Return a PBX in the time zone of Home Assistant, which knows a caller's name."""
    sim.identity.utc_offset = -7
    return await set_up_pushing(hass, sim, clock, report_address, options=CONTACTS)


def calls_sensor(hass: HomeAssistant, sim: Simulator) -> str:
    """Return the sensor that stands for all calls of the PBX."""
    found = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{sim.serial}_calls"
    )
    assert found is not None
    return found


# -- calls in progress


async def test_calls_of_the_pbx(
    hass: HomeAssistant, office: Push, freezer: FrozenDateTimeFactory
) -> None:
    """Who takes part, what each does, and since when; the oldest first."""
    freezer.move_to("2026-11-02 08:00:00+00:00")
    inbound = office.sim.inbound("0401234567", "1002", "SIP-142", answer=True)
    await office.settled()
    freezer.move_to("2026-11-02 08:01:30+00:00")
    internal = office.sim.call("1001", "1005")
    await office.settled()

    response = await act(hass, "get_calls")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    its_pbx = {"config_entry_id": entry.entry_id, "pbx": "Yeastar S100"}
    assert response == {
        "calls": [
            {
                **its_pbx,
                "call_id": inbound.call_id,
                "direction": "inbound",
                "trunk": "SIP-142",
                "via": None,
                "dialed": "1002",
                "since": "2026-11-02T00:00:00-08:00",
                "answered_since": "2026-11-02T00:00:00-08:00",
                "held": False,
                "parties": [
                    {
                        "number": "0401234567",
                        "name": "Anna's mother",
                        "extension": False,
                        "state": "talking",
                        "caller": True,
                    },
                    {
                        "number": "1002",
                        "name": "Bruno Costa",
                        "extension": True,
                        "state": "talking",
                        "caller": False,
                    },
                ],
            },
            {
                **its_pbx,
                "call_id": internal.call_id,
                "direction": "internal",
                "trunk": None,
                "via": None,
                "dialed": None,
                "since": "2026-11-02T00:01:30-08:00",
                "answered_since": None,
                "held": False,
                "parties": [
                    {
                        "number": "1001",
                        "name": "Anna Berg",
                        "extension": True,
                        "state": "dialing",
                        "caller": True,
                    },
                    {
                        "number": "1005",
                        "name": "Sami Virtanen",
                        "extension": True,
                        "state": "ringing",
                        "caller": False,
                    },
                ],
            },
        ]
    }
    assert json_dumps(response)
    assert acted(office.sim) == []


async def test_calls_of_one_extension(hass: HomeAssistant, office: Push) -> None:
    """And nobody else's."""
    inbound = office.sim.inbound("0401234567", "1002", answer=True)
    office.sim.call("1001", "1005")
    await office.settled()
    (call,) = (await act(hass, "get_calls", extension=BRUNO))["calls"]
    assert call["call_id"] == inbound.call_id
    assert (await act(hass, "get_calls", extension="1006")) == {"calls": []}


async def test_who_only_rang_takes_no_part(hass: HomeAssistant, office: Push) -> None:
    """Once somebody else of the ring group has answered."""
    sim = office.sim
    sim.exchange.ring_groups["6200"] = ["1002", "1005"]
    sim.inbound("0401234567", "6200")
    await office.settled()
    sim.pick_up("1002")
    await office.settled()
    (call,) = (await act(hass, "get_calls"))["calls"]
    assert [party["number"] for party in call["parties"]] == ["0401234567", "1002"]


async def test_nothing_is_told_that_is_not_known(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A PBX that cannot be reached has no calls that anybody knows of."""
    await sim.go_offline()
    await coordinator.async_refresh()
    for data in ({}, {"extension": "1002"}):
        with pytest.raises(HomeAssistantError) as err:
            await act(hass, "get_calls", **data)
        assert err.value.translation_key == "cannot_connect"
    coordinator.last_exception = RuntimeError("not ours")
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "get_calls")
    assert err.value.translation_key == "unknown"


async def test_user_needs_control_of_what_is_told(
    hass: HomeAssistant, office: Push
) -> None:
    """Of the extension, or of the sensor that stands for all calls."""
    agent = user_with(hass, {BRUNO: True})
    await act(hass, "get_calls", extension="1002", user=agent.id)
    await act(hass, "get_call_history", extension="1002", user=agent.id, **DAY)
    for action in ("get_calls", "get_call_history"):
        with pytest.raises(Unauthorized, match="Sami Virtanen"):
            await act(hass, action, extension=SAMI, user=agent.id)
        with pytest.raises(Unauthorized, match="Yeastar S100"):
            await act(hass, action, user=agent.id)
    desk = user_with(hass, {calls_sensor(hass, office.sim): True})
    await act(hass, "get_calls", user=desk.id)
    await act(hass, "get_call_history", user=desk.id, **DAY)


# -- calls that are over


async def test_history_is_returned_newest_first_with_names(
    hass: HomeAssistant, office: Push
) -> None:
    """The words are those of events and attributes."""
    sim, clock = office.sim, office.clock
    first = sim.inbound("0401234567", "1002", "SIP-142", answer=True)
    clock.advance(60)
    first.hang_up()
    second = sim.call("1001", "1005")
    clock.advance(10)
    second.hang_up()
    await office.settled()

    response = await act(hass, "get_call_history", **DAY)
    assert bodies(sim, "cdr/get_random") == [
        {
            "extid": "all",
            "starttime": "2017-09-13 00:00:00",
            "endtime": "2017-09-13 23:59:59",
        }
    ]
    missed, answered = response["calls"]
    assert answered == {
        "call_id": first.call_id,
        "started": "2017-09-13T18:27:25",
        "caller": "0401234567",
        "caller_name": "Anna's mother",
        "callee": "1002",
        "callee_name": "Bruno Costa",
        "direction": "inbound",
        "outcome": "answered",
        "transfer": False,
        "trunk": "SIP-142",
        "via": None,
        "dialed": answered["dialed"],
        "duration": 60,
        "talked": 60,
    }
    assert missed["call_id"] == second.call_id
    assert missed["started"] == "2017-09-13T18:28:25"
    assert (missed["caller_name"], missed["callee_name"]) == (
        "Anna Berg",
        "Sami Virtanen",
    )
    assert (missed["direction"], missed["talked"]) == ("internal", 0)
    assert json_dumps(response)

    response = await act(hass, "get_call_history", extension=SAMI, **DAY)
    assert [call["call_id"] for call in response["calls"]] == [second.call_id]
    assert bodies(sim, "cdr/get_random")[-1] == {
        "extid": "1005",
        "starttime": "2017-09-13 00:00:00",
        "endtime": "2017-09-13 23:59:59",
    }
    response = await act(hass, "get_call_history", limit=1, **DAY)
    assert [call["call_id"] for call in response["calls"]] == [second.call_id]


@pytest.mark.parametrize(
    ("data", "start", "end"),
    [
        ({}, "2026-11-01 00:00:07", "2026-11-02 00:00:07"),
        (
            {"start": "2026-10-30 08:00:00"},
            "2026-10-30 08:00:00",
            "2026-11-02 00:00:07",
        ),
        ({"end": "2026-10-30 08:00"}, "2026-10-29 08:00:00", "2026-10-30 08:00:00"),
        # With a zone it is converted to where Home Assistant is.
        (
            {"start": "2026-11-01T20:00:00+00:00", "end": "2026-11-02T07:59:59.9Z"},
            "2026-11-01 12:00:00",
            "2026-11-01 23:59:59",
        ),
        (
            {"start": datetime(2026, 11, 1, 9), "end": datetime(2026, 11, 1, 9)},
            "2026-11-01 09:00:00",
            "2026-11-01 09:00:00",
        ),
    ],
)
async def test_history_is_of_the_last_day_by_default(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    freezer: FrozenDateTimeFactory,
    data: dict[str, Any],
    start: str,
    end: str,
) -> None:
    """No record is an empty list, not an error."""
    freezer.move_to("2026-11-02 08:00:07.5+00:00")
    assert await act(hass, "get_call_history", **data) == {"calls": []}
    assert bodies(sim, "cdr/get_random") == [
        {"extid": "all", "starttime": start, "endtime": end}
    ]


@pytest.mark.usefixtures("coordinator")
async def test_end_before_start_is_refused_before_a_request(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """Nothing is sent to the PBX."""
    with pytest.raises(ServiceValidationError) as err:
        await act(
            hass, "get_call_history", start="2026-11-02 09:00", end="2026-11-02 08:00"
        )
    assert err.value.translation_key == "end_before_start"
    assert bodies(sim, "cdr/get_random") == []


@pytest.mark.parametrize(
    "data",
    [
        {"end": "0001-01-01 00:00:00"},
        {"start": "0001-01-01 00:00:00+14:00", "end": "2026-11-02 08:00"},
        {"start": "9999-12-31 23:59:59-12:00"},
    ],
)
@pytest.mark.usefixtures("coordinator")
async def test_time_beyond_the_calendar_is_refused_before_a_request(
    hass: HomeAssistant, sim: Simulator, data: dict[str, Any]
) -> None:
    """Neither another zone nor a day before ends in a traceback."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "get_call_history", **data)
    assert err.value.translation_key == "not_a_time"
    assert bodies(sim, "cdr/get_random") == []


@pytest.mark.parametrize(
    "data",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
        {"start": "yesterday"},
        {"end": "2026-13-01"},
    ],
)
async def test_invalid_span_or_limit_fails_the_schema(
    hass: HomeAssistant, coordinator: PbxCoordinator, data: dict[str, Any]
) -> None:
    """Nothing is sent to the PBX."""
    with pytest.raises(vol.Invalid):
        await act(hass, "get_call_history", **data)


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10006, "history_no_such_extension"),
        (10003, "history_unsupported"),
        (30001, "history_internal_error"),
        (20019, "history_refused"),
    ],
)
@pytest.mark.parametrize(
    ("data", "named"), [({}, "Yeastar S100"), ({"extension": "1002"}, "Bruno Costa")]
)
async def test_each_refusal_is_a_sentence(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    errno: int,
    key: str,
    data: dict[str, Any],
    named: str,
) -> None:
    """It says whose records were asked for."""
    sim.faults.add(Fault(kind="errno", endpoint="cdr/get_random", errno=errno))
    with pytest.raises(ServiceValidationError, match=named) as err:
        await act(hass, "get_call_history", **data)
    assert err.value.translation_key == key


async def test_older_firmware_has_no_records(
    hass: HomeAssistant, socket_enabled: None, clock: ManualClock
) -> None:
    """One sentence says what it takes."""
    old = Simulator(clock=clock, api_versions=["v1.0.6"])
    async with old.running():
        entry = entry_for(old)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        with pytest.raises(ServiceValidationError, match=r"version 1\.1") as err:
            await act(hass, "get_call_history")
        assert err.value.translation_key == "history_unsupported"
        await hass.config_entries.async_unload(entry.entry_id)


async def test_no_answer_to_what_only_reads(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Nothing can have been done, so nothing is said of that."""
    sim.faults.add(Fault(kind="html", endpoint="cdr/get_random"))
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "get_call_history")
    assert err.value.translation_key in {"bad_answer", "not_the_api"}


# -- two PBXs


async def test_calls_of_two_pbxs_each_with_its_pbx(
    hass: HomeAssistant, sim: Simulator, office: Push, freezer: FrozenDateTimeFactory
) -> None:
    """The oldest first, whichever PBX they are on; records are those of one PBX."""
    other = small_office(sim.clock, serial="555555555555")
    async with other.running():
        branch = entry_for(other, "Branch")
        branch.add_to_hass(hass)
        freezer.move_to("2026-11-02 08:00:00+00:00")
        call = other.inbound("0401", "1002", answer=True)
        assert await hass.config_entries.async_setup(branch.entry_id)
        await hass.async_block_till_done()
        freezer.move_to("2026-11-02 08:01:00+00:00")
        newer = sim.call("1001", "1005")
        await office.settled()
        response = await act(hass, "get_calls")
        main = hass.config_entries.async_entries(DOMAIN)[0]
        assert [
            (one["call_id"], one["config_entry_id"], one["pbx"])
            for one in response["calls"]
        ] == [
            (call.call_id, branch.entry_id, "Branch"),
            (newer.call_id, main.entry_id, main.title),
        ]
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "get_call_history")
        assert err.value.translation_key == "several_pbxs"
        for action in ("get_calls", "get_call_history"):
            with pytest.raises(ServiceValidationError) as err:
                await act(hass, action, extension="1002")
            assert err.value.translation_key == "ambiguous_extension"
        response = await act(hass, "get_calls", config_entry_id=branch.entry_id)
        assert [one["call_id"] for one in response["calls"]] == [call.call_id]
        assert await act(hass, "get_calls", extension=BRUNO) == {"calls": []}

        # A list of which a part is not known would be wrong.
        await other.go_offline()
        await branch.runtime_data.coordinator.async_refresh()
        with pytest.raises(HomeAssistantError) as lost:
            await act(hass, "get_calls")
        assert lost.value.translation_key == "cannot_connect"
        desk = user_with(hass, {calls_sensor(hass, sim): True})
        with pytest.raises(Unauthorized, match="Branch"):
            await act(hass, "get_calls", user=desk.id)
        await hass.config_entries.async_unload(branch.entry_id)
