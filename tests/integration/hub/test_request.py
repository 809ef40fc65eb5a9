"""What can go wrong with a request of an action: each way has a whole sentence."""

import asyncio
import re
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.client.yeastar.s.errno import refusal_of
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.request import Kind, async_request

# What each kind of action names in its sentences, and so all that may stand in them.
NAMED = {
    Kind.MONITOR: {"supervisor": "Sami", "extension": "Bruno"},
    Kind.CONTROL: {"extension": "Bruno"},
    Kind.INBOUND: {"call": "1495698433.20"},
    Kind.SMS: {"trunk": "GSM-1", "number": "0401234567"},
    Kind.HISTORY: {"subject": "Bruno"},
    Kind.QUEUE: {"extension": "Bruno", "queue": "Sales"},
}
# Refusals of supervision that say nothing about one of the two extensions.
ABOUT_PBX = {
    Refusal.INTERNAL_ERROR,
    Refusal.MISSING_PARAMETER,
    Refusal.UNSUPPORTED,
}
# A capability for each kind of action.
NEEDED = {
    Kind.MONITOR: Capability.WHISPER,
    Kind.CONTROL: Capability.DIAL,
    Kind.INBOUND: Capability.INBOUND_CONTROL,
    Kind.SMS: Capability.SMS,
    Kind.HISTORY: Capability.HISTORY,
    Kind.QUEUE: Capability.AGENT_PAUSE,
}
CODES = {
    code: refusal_of(code) for code in (*range(10000, 10120), *range(20000, 30010))
}
# The records are only read: nobody needs to know whether that was done.
ACTING = [kind for kind in Kind if kind is not Kind.HISTORY]


async def failing(error: Exception) -> None:
    """Fail as a request does."""
    await asyncio.sleep(0)
    raise error


async def sentence(
    coordinator: PbxCoordinator, kind: Kind, error: PbxError
) -> HomeAssistantError:
    """Return what a user meets, which must be whole: no key, and nothing left to fill in."""
    able = patch.object(type(coordinator.pbx), "capabilities", ~Capability(0))
    with able, pytest.raises(HomeAssistantError) as err:
        await async_request(
            coordinator, NEEDED[kind], lambda _: failing(error), NAMED[kind]
        )
    text = str(err.value)
    assert " " in text
    assert not re.search(r"[{}]", text), text
    assert err.value.translation_key != text
    assert err.value.translation_domain == DOMAIN
    assert err.value.__cause__ is error
    return err.value


@pytest.mark.parametrize("kind", Kind)
async def test_every_refusal_has_a_sentence_or_names_its_code(
    coordinator: PbxCoordinator, kind: Kind
) -> None:
    """The sentence names what it is about: mostly the extension, else the PBX."""
    for refusal in Refusal:
        err = await sentence(coordinator, kind, PbxRefused(refusal, 12345))
        assert isinstance(err, ServiceValidationError)
        own = err.translation_key == f"{kind}_{refusal}"
        assert own or err.translation_key == f"{kind}_refused"
        assert own or "12345" in str(err)
        named = any(name in str(err) for name in NAMED[kind].values())
        about_pbx = kind is Kind.MONITOR and (not own or refusal in ABOUT_PBX)
        assert named is not about_pbx, refusal
        # Without a code there is nothing to look up, but the sentence stays whole.
        await sentence(coordinator, kind, PbxRefused(refusal))


async def test_every_code_the_pbx_documents(coordinator: PbxCoordinator) -> None:
    """What the code means is said, or the code itself."""
    general = {f"{kind}_refused" for kind in Kind}
    for code, refusal in CODES.items():
        if refusal is Refusal.UNKNOWN and code % 100:
            continue
        for kind in Kind:
            err = await sentence(coordinator, kind, PbxRefused(refusal, code))
            assert (err.translation_key in general) is (str(code) in str(err))


async def test_nobody_knows_whether_it_was_done(coordinator: PbxCoordinator) -> None:
    """The sentence says so, and to look before it is tried again."""
    for kind in ACTING:
        for reason in Unreachable:
            error = PbxUnreachable(reason, maybe_done=True)
            err = await sentence(coordinator, kind, error)
            assert err.translation_key == f"{kind}_unanswered"
            assert "may" in str(err)


async def test_every_failure_of_the_connection(coordinator: PbxCoordinator) -> None:
    """The same sentence for every kind of action, with the address."""
    failures: dict[str, PbxError] = {
        **{reason.value: PbxUnreachable(reason) for reason in Unreachable},
        **{reason.value: PbxWrongService(reason) for reason in WrongService},
        "not_trusted": PbxNotTrusted(b""),
        "locked_out": PbxLockedOut(600),
        "unknown": PbxError(),
    }
    for kind in Kind:
        for key, error in failures.items():
            err = await sentence(coordinator, kind, error)
            assert err.translation_key == key
            assert not isinstance(err, ServiceValidationError)
            assert coordinator.pbx.address.url in str(err)


async def test_rejected_login_asks_the_user(
    hass: HomeAssistant, coordinator: PbxCoordinator, entry: MockConfigEntry
) -> None:
    """Also when an action finds it out, and not the poll."""
    err = await sentence(coordinator, Kind.CONTROL, PbxLoginRejected())
    assert err.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id


async def test_lock_out_found_by_an_action_keeps_the_polls_quiet(
    coordinator: PbxCoordinator,
) -> None:
    """Whoever is locked out does not knock again."""
    await sentence(coordinator, Kind.CONTROL, PbxLockedOut(600))
    rest = coordinator.lock_out.rest
    assert rest is not None
    assert 590 < rest <= 600
