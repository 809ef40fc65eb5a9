"""What all actions have in common: who may, and that there has to be a PBX."""

from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.services import ACTIONS
from tests.integration.act import acted
from tests.simulator import Simulator

ON_EXTENSION: Final = {"extension": "1002"}
# A call of each action that would do something, were it let.
CALLS: Final[dict[str, dict[str, Any]]] = {
    "whisper": {"whisperer": "1005", "whispered": "1002"},
    "listen": {"supervisor": "1005", "extension": "1002"},
    "barge_in": {"supervisor": "1005", "extension": "1002"},
    "stop_monitoring": {"supervisor": "1005"},
    "dial": {"extension": "1002", "to": "1005"},
    "hang_up": ON_EXTENSION,
    "hold": ON_EXTENSION,
    "resume": ON_EXTENSION,
    "mute": ON_EXTENSION,
    "unmute": ON_EXTENSION,
    "transfer": {"extension": "1002", "to": "1005"},
    "accept_call": {"call_id": "1495698433.20"},
    "refuse_call": {"call_id": "1495698433.20"},
    "set_forwarding": {"extension": "1002", "to": "voicemail"},
    "send_sms": {"trunk": "SIP-142", "number": "0401234567", "message": "Hello"},
    "play_prompt": {"to": "1002", "prompts": "welcome"},
    "log_in_agent": {**ON_EXTENSION, "queue": "6700"},
    "log_out_agent": {**ON_EXTENSION, "queue": "6700"},
    "pause_agent": ON_EXTENSION,
    "unpause_agent": ON_EXTENSION,
    "pick_up": ON_EXTENSION,
    "get_calls": {},
    "get_call_history": {},
}


def test_no_action_is_left_out() -> None:
    """The tests below are about all of them that ask a PBX."""
    assert CALLS.keys() | {"act_for_user"} == {action.name for action in ACTIONS}


async def call(
    hass: HomeAssistant, name: str, context: Context | None = None, **more: Any
) -> None:
    """Call an action."""
    await hass.services.async_call(
        DOMAIN,
        name,
        CALLS[name] | more,
        blocking=True,
        return_response=True,
        context=context,
    )


async def test_user_who_controls_nothing_can_do_and_see_nothing(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Nor can one who does not exist; the PBX is not even asked."""
    sim.call("1001", "1002", answer=True)
    sim.requests.clear()
    user = MockUser()
    user.add_to_hass(hass)
    user.mock_policy({})
    for user_id in (user.id, "nobody"):
        for name in CALLS:
            with pytest.raises(Unauthorized):
                await call(hass, name, Context(user_id=user_id))
    assert acted(sim) == []
    assert [request.endpoint for request in sim.requests] == []


async def test_without_a_pbx_each_says_so(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: PbxCoordinator
) -> None:
    """Actions outlive the entries; whether one is named or not."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    for name in CALLS:
        with pytest.raises(ServiceValidationError) as err:
            await call(hass, name)
        assert err.value.translation_key == "not_loaded"
        with pytest.raises(ServiceValidationError) as err:
            await call(hass, name, config_entry_id=entry.entry_id)
        assert err.value.translation_key == "service_config_entry_not_loaded"
        with pytest.raises(ServiceValidationError) as err:
            await call(hass, name, config_entry_id="nothing")
        assert err.value.translation_key == "service_config_entry_not_found"
