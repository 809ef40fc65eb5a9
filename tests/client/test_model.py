"""What follows from the values of the model."""

import pytest

from custom_components.pbx.client import (
    Address,
    Capability,
    Extension,
    ExtensionStatus,
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
from custom_components.pbx.client.yeastar.s.pbx import CAPABILITIES


@pytest.mark.parametrize(
    ("status", "registered", "in_use"),
    [
        (ExtensionStatus.IDLE, True, False),
        (ExtensionStatus.RINGING, True, True),
        (ExtensionStatus.BUSY, True, True),
        (ExtensionStatus.ON_HOLD, True, True),
        (ExtensionStatus.OFFLINE, False, False),
        (ExtensionStatus.FAULT, False, False),
        (None, None, False),
    ],
)
def test_what_a_status_says_of_an_extension(
    status: ExtensionStatus | None, registered: bool | None, in_use: bool
) -> None:
    """An unknown word makes an extension neither free nor gone."""
    extension = Extension("1001", "Anna", status)
    assert extension.registered is registered
    assert extension.in_use is in_use


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("pbx.example", 8088, tls=True), "https://pbx.example:8088"),
        (Address("192.0.2.7", 80, tls=False), "http://192.0.2.7:80"),
        (Address("fd00::7", 8088, tls=True), "https://[fd00::7]:8088"),
    ],
)
def test_address_as_a_url(address: Address, url: str) -> None:
    """A literal IPv6 address needs brackets."""
    assert address.url == url


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PbxUnreachable(Unreachable.TIMED_OUT), "PBX unreachable: timed_out"),
        (PbxNotTrusted(b"der"), "The certificate of the PBX is not trusted"),
        (PbxWrongService(WrongService.API_OFF), "Not the PBX's API: api_off"),
        (PbxLoginRejected(), "The PBX rejected username or password"),
        (PbxLockedOut(59.6), "Locked out by the PBX for 60 s"),
        (PbxRefused(Refusal.NOT_IDLE, 10008), "Refused by the PBX: not_idle (10008)"),
        (PbxRefused(Refusal.UNKNOWN), "Refused by the PBX: unknown (None)"),
    ],
)
def test_each_error_has_a_text_about_its_cause(error: PbxError, text: str) -> None:
    """Check the text of each error."""
    assert str(error) == text


def test_s_series_has_all_capabilities_but_those_of_queues() -> None:
    """Its API tells nothing of queues, parked calls and voicemail boxes."""
    lacking = (
        Capability.QUEUES
        | Capability.AGENT_LOGIN
        | Capability.AGENT_PAUSE
        | Capability.PARKED_CALLS
        | Capability.PICK_UP
        | Capability.VOICEMAIL
    )
    assert ~Capability(0) == CAPABILITIES | Capability.HISTORY | lacking
