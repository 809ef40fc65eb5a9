"""What a kind of PBX does not have, it refuses."""

from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from typing import Any, override

import pytest

from custom_components.pbx.client import (
    Capability,
    DestinationKind,
    MonitorMode,
    Pbx,
    PbxInfo,
    PbxRefused,
    Refusal,
    SettingsChange,
    Snapshot,
)

from .acting import INBOUND

START = datetime(2017, 9, 14)


class Bare(Pbx):
    """A PBX that can do nothing but be there."""

    @property
    @override
    def capabilities(self) -> Capability:
        return Capability(0)

    @override
    async def connect(self) -> PbxInfo:
        raise NotImplementedError

    @override
    async def snapshot(
        self, *, trunks: bool = True, ask: Collection[str] = ()
    ) -> Snapshot:
        raise NotImplementedError

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        raise NotImplementedError

    @override
    async def close(self) -> None:
        """There is nothing to close."""


USES: dict[str, Callable[[Pbx], Coroutine[Any, Any, object]]] = {
    "dial": lambda pbx: pbx.dial("1", "2", outside=False),
    "hang up": lambda pbx: pbx.hang_up("1"),
    "hold": lambda pbx: pbx.hold("1"),
    "resume": lambda pbx: pbx.resume("1"),
    "mute": lambda pbx: pbx.mute("1"),
    "unmute": lambda pbx: pbx.unmute("1"),
    "transfer": lambda pbx: pbx.transfer(INBOUND, "2", DestinationKind.QUEUE),
    "accept": lambda pbx: pbx.accept_call("1.1"),
    "refuse": lambda pbx: pbx.refuse_call("1.1"),
    "sms": lambda pbx: pbx.send_sms("GSM", "2", "Hello"),
    "prompt": lambda pbx: pbx.play_prompt("1", ["hello"], outside=False),
    "settings": lambda pbx: pbx.settings(["1"]),
    "change": lambda pbx: pbx.change_settings("1", SettingsChange()),
    "history": lambda pbx: pbx.call_history(START, START),
}


@pytest.mark.parametrize("use", USES)
async def test_what_a_pbx_does_not_have_it_refuses(use: str) -> None:
    """Without being asked."""
    with pytest.raises(PbxRefused) as err:
        await USES[use](Bare())
    assert err.value.refusal is Refusal.UNSUPPORTED
    assert err.value.code is None
