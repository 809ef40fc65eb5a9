"""What the tests of acting requests share: calls as a poll shows them, and lost answers."""

from collections.abc import Awaitable, Callable

from custom_components.pbx.client import (
    Call,
    CallDirection,
    DestinationKind,
    Forwarding,
    Party,
    PartyState,
    SettingsChange,
    Switchboard,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.simulator import Simulator

type Act = Callable[[YeastarS], Awaitable[object]]

INTERNAL = Call(
    "1.1",
    CallDirection.INTERNAL,
    (
        Party("1001", extension=True, state=PartyState.TALKING, caller=True),
        Party("1002", extension=True, state=PartyState.TALKING, caller=False),
    ),
    0.0,
)


def line(
    leg: str | None,
    *,
    caller: bool | None,
    state: PartyState = PartyState.TALKING,
    number: str = "0612345678",
) -> Party:
    """Return an outside party."""
    return Party(number, extension=False, state=state, caller=caller, leg=leg)


def call_with(
    *parties: Party, direction: CallDirection = CallDirection.INBOUND
) -> Call:
    """Return a call that 1001 takes part in."""
    own = Party("1001", extension=True, state=PartyState.TALKING)
    return Call("1.1", direction, (*parties, own), 0.0)


INBOUND = call_with(line("1.1", caller=True))
OUTBOUND = call_with(line("1.2", caller=False), direction=CallDirection.OUTBOUND)

# Every request that acts, and the endpoint in version 1.1.0 that it goes to.
ACTS: dict[str, Act] = {
    "extension/dial_extension": lambda pbx: pbx.dial("1001", "1002", outside=False),
    "extension/dial_outbound": lambda pbx: pbx.dial("1001", "41000", outside=True),
    "extension/hangup": lambda pbx: pbx.hang_up("1001"),
    "extension/hold": lambda pbx: pbx.hold("1001"),
    "extension/unhold": lambda pbx: pbx.resume("1001"),
    "extension/mute": lambda pbx: pbx.mute("1001"),
    "extension/unmute": lambda pbx: pbx.unmute("1001"),
    "inbound/transfer_number": lambda pbx: pbx.transfer(
        INBOUND, "1002", DestinationKind.EXTENSION
    ),
    "outbound/transfer_number": lambda pbx: pbx.transfer(
        OUTBOUND, "1002", DestinationKind.EXTENSION
    ),
    "inbound/accept": lambda pbx: pbx.accept_call("1.1"),
    "inbound/refuse": lambda pbx: pbx.refuse_call("1.1"),
    "sms/send": lambda pbx: pbx.send_sms("GSM2-7", "0612345678", "Hello"),
    "extension/playprompt": lambda pbx: pbx.play_prompt(
        "1001", ["hello111"], outside=False
    ),
    "outbound/playprompt": lambda pbx: pbx.play_prompt(
        "41000", ["hello111"], outside=True, permission="1001"
    ),
    "extension/update": lambda pbx: pbx.change_settings(
        "1001",
        SettingsChange(do_not_disturb=True, forward_busy=Forwarding(on=False)),
    ),
}


async def seen(pbx: YeastarS) -> Call:
    """Return the only call of the PBX, as a switchboard shows it after a poll."""
    board = Switchboard(reader=YeastarS.call_reader)
    board.reconcile(await pbx.snapshot())
    (call,) = board.calls
    return call


def speak(sim: Simulator, version: str) -> None:
    """Let the PBX know one version of the API only."""
    sim.pbx.versions = frozenset({version})
