"""What a user may do: the answers in advance are those that the actions give."""

from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.const import DOMAIN

from .panels import STAFF, TALKING, Office, SetUp, internal

MODES = {
    "listen": ("supervisor", "extension"),
    "whisper": ("whisperer", "whispered"),
    "barge_in": ("supervisor", "extension"),
}
ORDER = (
    "monitor_unsupported",
    "supervision_off",
    "not_a_supervisor",
    "never_monitored",
    "not_permitted",
    "administrators_only",
)


async def may(
    office: Office, user: MockUser, mode: str, supervisor: str, extension: str
) -> bool | str:
    """Return what the panel of a user offers, by the rule of docs/panel-api.md."""
    panel = await office.panel(user)
    can = panel.known["can"]
    answers = [
        can[supervisor]["supervise"][mode],
        can[extension][mode],
        *(
            call["monitoring"]
            for call in panel.calls.values()
            if extension in [party["number"] for party in call["parties"]]
        ),
    ]
    refusals = [answer for answer in answers if answer is not True]
    return min(refusals, key=ORDER.index, default=True)


async def tried(
    office: Office, user: MockUser, mode: str, supervisor: str, extension: str
) -> bool | str | None:
    """Return what the action does for a user."""
    names = dict(zip(MODES[mode], (supervisor, extension), strict=True))
    try:
        await office.hass.services.async_call(
            DOMAIN, mode, names, blocking=True, context=Context(user_id=user.id)
        )
    except (ServiceValidationError, Unauthorized) as err:
        return err.translation_key
    return True


def administrator(office: Office) -> MockUser:
    """Return an administrator."""
    user = MockUser(is_owner=True)
    user.add_to_hass(office.hass)
    return user


def controller(*numbers: str) -> Any:
    """Return what makes a user who may read all, and control some extensions."""

    def make(office: Office) -> MockUser:
        user = office.user(*STAFF, read=True)
        allowed = {
            office.entity_id(number, key): {
                "read": True,
                "control": number in numbers,
            }
            for number in STAFF
            for key in ("status", "other_party")
        }
        user.mock_policy({"entities": {"entity_ids": allowed}})
        return user

    return make


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("options", "user", "answer"),
    [
        ({}, administrator, True),
        ({}, controller(*STAFF), "administrators_only"),
        ({"supervision": "controllers"}, controller("1005", "1002"), True),
        ({"supervision": "controllers"}, controller("1005"), "not_permitted"),
        ({"supervision": "controllers"}, controller("1002"), "not_permitted"),
        ({"supervision": "off"}, administrator, "supervision_off"),
        ({"supervisors": ["1001"]}, administrator, "not_a_supervisor"),
        ({"supervisors": ["1005"]}, administrator, True),
        ({"never_monitored": ["1002"]}, administrator, "never_monitored"),
        ({"never_monitored": ["1001"]}, administrator, "never_monitored"),
        ({"never_monitored": ["1003"]}, administrator, True),
        (
            {"supervisors": ["1001"], "never_monitored": ["1002"]},
            controller(),
            "not_a_supervisor",
        ),
    ],
)
async def test_answers_are_those_of_the_actions(
    set_up: SetUp, options: dict[str, Any], user: Any, answer: bool | str, mode: str
) -> None:
    """For each user, under each policy."""
    office = await set_up(**options)
    office.pbx.tell(internal("c-1", TALKING, "1001", "1002"))
    who = user(office)
    assert await may(office, who, mode, "1005", "1002") == answer
    assert await tried(office, who, mode, "1005", "1002") == answer


@pytest.mark.parametrize("mode", MODES)
async def test_pbx_that_cannot(set_up: SetUp, mode: str) -> None:
    """The other modes are there."""
    office = await set_up()
    office.pbx.can &= ~Capability[mode.upper()]
    office.pbx.tell(internal("c-1", TALKING, "1001", "1002"))
    who = administrator(office)
    for one in MODES:
        answer = "monitor_unsupported" if one == mode else True
        assert await may(office, who, one, "1005", "1002") == answer
    assert await tried(office, who, mode, "1005", "1002") == "monitor_unsupported"


CAPABILITIES = {
    Capability.DIAL: "dial",
    Capability.HANG_UP: "hang_up",
    Capability.HOLD: "hold",
    Capability.MUTE: "mute",
    Capability.SETTINGS: "settings",
    Capability.HISTORY: "history",
    Capability.QUEUES: "queues",
    Capability.AGENT_LOGIN: "agent_login",
    Capability.AGENT_PAUSE: "agent_pause",
    Capability.PARKED_CALLS: "parked",
    Capability.PICK_UP: "pick_up",
}


@pytest.mark.parametrize("capability", CAPABILITIES)
async def test_capabilities(office: Office, capability: Capability) -> None:
    """Each is one of the PBX's."""
    every = (await office.panel()).known["capabilities"]
    assert every == {
        "supervise": ["listen", "whisper", "barge_in"],
        **dict.fromkeys(CAPABILITIES.values(), True),
        "transfer": "outside",
        "take": True,
    }
    office.pbx.can &= ~capability
    found = (await office.panel()).known["capabilities"]
    assert found == every | {CAPABILITIES[capability]: False}


async def test_pbx_without_transfer(office: Office) -> None:
    """Nor can a ringing call be taken."""
    office.pbx.can &= ~Capability.TRANSFER
    found = (await office.panel()).known["capabilities"]
    assert (found["transfer"], found["take"]) == (None, False)


async def test_the_same_answers_are_told_once(office: Office) -> None:
    """The first message does not grow with each extension."""
    (answers,) = (await office.panel()).messages[0]["can"]
    assert answers["numbers"] == [*STAFF]
    (*_, one, others) = (await office.panel(controller("1001")(office))).messages[0][
        "can"
    ]
    assert {*one["numbers"], *others["numbers"]} == {*STAFF}
    assert one["control"] is not others["control"]


async def test_control(office: Office) -> None:
    """It is told for each extension."""
    can = (await office.panel(controller("1001")(office))).known["can"]
    assert {number: one["control"] for number, one in can.items()} == {
        "1001": True,
        "1002": "not_permitted",
        "1003": "not_permitted",
        "1005": "not_permitted",
    }
