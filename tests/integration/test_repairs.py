"""The repair that is made by a click: to trust the certificate that a PBX has now."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import CONF_FINGERPRINT, ISSUE_CERTIFICATE
from custom_components.pbx.flows.certificate import describe
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.issues import async_set_issue
from tests.simulator import Fault, Simulator

from .conftest import entry_for
from .open_issues import issue, issues
from .repairing import Client, start, submit


async def renew(sim: Simulator, port: int) -> None:
    """Let the PBX make itself another certificate."""
    await sim.stop()
    sim.new_certificate()
    await sim.start(port=port, tls=True)


@pytest.fixture
async def renewed(hass: HomeAssistant, tls_sim: Simulator) -> MockConfigEntry:
    """Return the entry of a PBX that has got another certificate since."""
    entry = entry_for(tls_sim)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await renew(tls_sim, entry.data["port"])
    await entry.runtime_data.coordinator.async_refresh()
    return entry


async def test_changed_certificate_is_shown_and_pinned(
    hass: HomeAssistant,
    tls_sim: Simulator,
    renewed: MockConfigEntry,
    repairs: Client,
) -> None:
    """The user sees what the PBX presents now; after the click all is right again."""
    found = issue(hass, renewed, ISSUE_CERTIFICATE)
    assert found is not None
    assert found.is_fixable
    before = len(tls_sim.requests)

    flow = await start(repairs, found)
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    shown = flow["description_placeholders"]
    assert tls_sim.fingerprint is not None
    assert shown["fingerprint"].replace(":", "").lower() == tls_sim.fingerprint
    assert shown.keys() == describe(b"").keys() | {"pbx"}
    assert "?" not in shown.values()
    assert len(tls_sim.requests) == before

    result = await submit(repairs, flow)
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert renewed.data[CONF_FINGERPRINT] == tls_sim.fingerprint
    assert renewed.state is ConfigEntryState.LOADED
    assert issues(hass) == []


async def test_certificate_exchanged_while_the_user_reads(
    hass: HomeAssistant, tls_sim: Simulator, renewed: MockConfigEntry, repairs: Client
) -> None:
    """What was confirmed is what was shown: another one is shown again."""
    found = issue(hass, renewed, ISSUE_CERTIFICATE)
    assert found is not None
    flow = await start(repairs, found)
    await renew(tls_sim, renewed.data["port"])
    again = await submit(repairs, flow)
    assert (again["type"], again["step_id"]) == ("form", "confirm")
    shown = [
        step["description_placeholders"]["fingerprint"].replace(":", "").lower()
        for step in (flow, again)
    ]
    assert shown[0] != shown[1] == tls_sim.fingerprint
    assert renewed.data[CONF_FINGERPRINT] not in shown

    assert (await submit(repairs, again))["type"] == "create_entry"
    await hass.async_block_till_done()
    assert renewed.data[CONF_FINGERPRINT] == tls_sim.fingerprint


async def test_certificate_that_is_right_again(
    hass: HomeAssistant, tls_sim: Simulator, renewed: MockConfigEntry, repairs: Client
) -> None:
    """Whoever gave the PBX its old certificate back has nothing left to confirm."""
    found = issue(hass, renewed, ISSUE_CERTIFICATE)
    assert found is not None
    hass.config_entries.async_update_entry(
        renewed, data={**renewed.data, CONF_FINGERPRINT: tls_sim.fingerprint}
    )
    assert (await start(repairs, found))["type"] == "create_entry"
    await hass.async_block_till_done()
    assert renewed.state is ConfigEntryState.LOADED
    assert issues(hass) == []


async def test_pbx_that_does_not_answer_is_not_repaired(
    hass: HomeAssistant, tls_sim: Simulator, renewed: MockConfigEntry, repairs: Client
) -> None:
    """Nothing is changed, and it can be tried again."""
    found = issue(hass, renewed, ISSUE_CERTIFICATE)
    assert found is not None
    pinned = renewed.data[CONF_FINGERPRINT]
    await tls_sim.go_offline()
    result = await start(repairs, found)
    assert (result["type"], result["reason"]) == ("abort", "failed")
    assert result["description_placeholders"]["pbx"] == "Yeastar S100"
    await tls_sim.come_back()

    tls_sim.faults.add(Fault(kind="errno", endpoint="login", errno=20003, times=1))
    result = await submit(repairs, await start(repairs, found))
    assert (result["type"], result["reason"]) == ("abort", "failed")
    assert renewed.data[CONF_FINGERPRINT] == pinned
    assert issues(hass) == [ISSUE_CERTIFICATE]


async def test_certificate_of_another_pbx_is_not_pinned(
    hass: HomeAssistant, tls_sim: Simulator, renewed: MockConfigEntry, repairs: Client
) -> None:
    """Somebody may have put another PBX there."""
    found = issue(hass, renewed, ISSUE_CERTIFICATE)
    assert found is not None
    pinned = renewed.data[CONF_FINGERPRINT]
    hass.config_entries.async_update_entry(renewed, unique_id="111111111111")
    result = await submit(repairs, await start(repairs, found))
    assert (result["type"], result["reason"]) == ("abort", "wrong_pbx")
    assert renewed.data[CONF_FINGERPRINT] == pinned


async def test_certificate_changed_while_home_assistant_was_off(
    hass: HomeAssistant, tls_sim: Simulator, repairs: Client
) -> None:
    """The repair stays while the set-up is tried again and again, and mends it."""
    entry = entry_for(tls_sim)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_FINGERPRINT: "00" * 32}
    )
    for _ in range(2):
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert issues(hass) == [ISSUE_CERTIFICATE]
    found = issue(hass, entry, ISSUE_CERTIFICATE)
    assert found is not None
    assert (await submit(repairs, await start(repairs, found)))[
        "type"
    ] == "create_entry"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert issues(hass) == []


async def test_pbx_that_needs_no_certificate_any_more(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    repairs: Client,
) -> None:
    """Meanwhile the user went over to HTTP: it answers, and nothing is pinned."""
    async_set_issue(hass, entry, ISSUE_CERTIFICATE, {"pbx": entry.title})
    found = issue(hass, entry, ISSUE_CERTIFICATE)
    assert found is not None
    flow = await start(repairs, found)
    await hass.async_block_till_done()
    assert flow["type"] == "create_entry"
    assert CONF_FINGERPRINT not in entry.data
    assert entry.state is ConfigEntryState.LOADED
    assert issues(hass) == []
