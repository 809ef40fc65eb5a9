"""Nothing leaks: a full run with everything that goes wrong, and a search for secrets."""

import json
import logging
import traceback
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pbx.hub.subscriptions import News
from tests.simulator import Fault, Simulator

FAULTS = (
    "http_500",
    "html",
    "empty",
    "truncated",
    "garbled",
    "reset",
    "redirect",
    "wrong_content_type",
    "empty_list",
)


async def test_no_secret_in_logs_states_diagnostics_or_exceptions(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Tokens, passwords and SIP secrets stay where they are."""
    caplog.set_level(logging.DEBUG)
    everything = patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    )
    with everything:
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    coordinator = entry.runtime_data.coordinator
    sim.call("1001", "1002", answer=True)
    texts: list[str] = []

    async def whisper() -> None:
        try:
            await hass.services.async_call(
                "pbx", "whisper", {"whisperer": "1005", "whispered": "1002"}, True
            )
        except HomeAssistantError as err:
            texts.append("".join(traceback.format_exception(err)))

    async def change_settings() -> None:
        coordinator.subscriptions.news.async_call(News.RESTORED, [])
        entry.runtime_data.settings.async_start()
        for action, data in (
            ("switch.turn_on", {"entity_id": "switch.anna_berg_do_not_disturb"}),
            ("pbx.set_forwarding", {"extension": "1001", "to": "voicemail"}),
        ):
            try:
                domain, _, name = action.partition(".")
                await hass.services.async_call(domain, name, data, True)
            except HomeAssistantError as err:
                texts.append("".join(traceback.format_exception(err)))
        await hass.async_block_till_done(wait_background_tasks=True)

    async def look_around() -> None:
        await coordinator.async_refresh()
        await whisper()
        await change_settings()
        texts.append(str(coordinator.last_exception))
        texts.append(
            json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        )
        texts.extend(str(state.as_dict()) for state in hass.states.async_all())

    await look_around()
    for kind in FAULTS:
        sim.faults.add(Fault(kind=kind))
        await look_around()
        sim.faults.clear()
    sim.expire_tokens()
    await look_around()
    await sim.go_offline()
    await look_around()
    await sim.come_back()
    sim.password = "Another-Secret-77"
    sim.restart()
    await look_around()
    await hass.async_block_till_done(wait_background_tasks=True)

    text = "\n".join([*texts, caplog.text])
    assert len(sim.secrets) >= 8
    secrets = [*sim.secrets, entry.data["webhook_id"]]
    assert not [secret for secret in secrets if secret in text]
