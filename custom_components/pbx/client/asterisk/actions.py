"""Actions on calls: monitor, dial, transfer, mute, pick up, end (reference, section 7).

Asterisk answers Success to a whisper on a missing channel, and to a transfer to a
missing destination. So each request is checked against the table of channels right
before it is sent.
"""

from collections.abc import Sequence
import re
from typing import Final, override
import uuid

from ..dial_string import dial_string
from ..errors import PbxRefused, Refusal
from ..model import (
    IN_USE,
    Call,
    DestinationKind,
    ExtensionStatus,
    MonitorMode,
    ParkedCall,
    PartyState,
)
from ..pbx import Pbx
from .directory import ListedExtension
from .grouped_call import SPY_ID, Channel
from .session import ManagerSession

# ChanSpy options: w whispers, B barges in. q plays no beep; E and S hang the supervisor
# up when the call ends or there is no channel to spy on; u spies on that channel alone.
_SPY_OPTIONS: Final = {
    MonitorMode.LISTEN: "qESu",
    MonitorMode.WHISPER: "qwESu",
    MonitorMode.BARGE_IN: "qBESu",
}
_CALL_ID: Final = "pbx-call-"
# How long a phone rings, in milliseconds.
_RING_FOR: Final = "30000"
_FREEPBX_CONTEXT: Final = "from-internal"
_SPY_CONTEXTS: Final = ("app-chanspy", "app-zapbarge")
# The header that makes a phone answer by itself differs by manufacturer; phones ignore
# the other one.
_AUTO_ANSWER: Final = (
    ("Call-Info", "<sip:pbx>;answer-after=0"),
    ("Alert-Info", "<http://pbx>;info=alert-autoanswer"),
)
_PROMPT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
# In characters. A line of AMI is limited to about 1020 bytes.
_MAX_DATA: Final = 900


class CallActions(Pbx):
    """The actions on calls (reference, section 7). No action is repeated.

    Every method raises PbxUnreachable, with `maybe_done` if the action may have been
    carried out, and PbxRefused, with Refusal.UNSUPPORTED if the user of the manager
    interface lacks the right.
    """

    _session: ManagerSession

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Call the supervisor's phone and join it to the extension's channel.

        Returns the id of the supervisor's channel once the phone rings. The phone stops
        ringing if the call ends before the supervisor answers. Raises PbxRefused with
        Refusal.NOT_IDLE for the supervisor, Refusal.NOT_IN_CALL for the extension.
        """
        phone, spied = self._session.listed(supervisor), self._session.listed(extension)
        table = self._session.table
        status = table.status(supervisor)
        if status in IN_USE or status is ExtensionStatus.OFFLINE:
            raise PbxRefused(Refusal.NOT_IDLE)
        channel = table.talking(extension)
        if channel is None:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        channel_id = f"{SPY_ID}{uuid.uuid4().hex}"
        self._session.bind(channel_id, channel.id)
        await self._session.call(
            channel_id,
            {
                "Channel": self._device(phone),
                "Application": "ChanSpy",
                "Data": f"{channel.id},{_SPY_OPTIONS[mode]}",
                "CallerID": _caller_id(spied),
                "Timeout": _RING_FOR,
            },
        )
        if table.channel(channel.id) is None:
            await self._session.hang_up(channel_id)
            raise PbxRefused(Refusal.NOT_IN_CALL)
        return channel_id

    @override
    async def is_code(self, number: str) -> bool:
        """Return whether a number is a feature code, also one of digits alone.

        FreePBX lets each phone listen in by 555 and barge in by 888, unless its
        administrator changed that.
        """
        if await super().is_code(number):
            return True
        directory = self._session.table.directory
        if not directory.freepbx or number in directory.extensions:
            return False
        for context in _SPY_CONTEXTS:
            exists = f"DIALPLAN_EXISTS({context},{dial_string(number)},1)"
            if await self._session.variable(exists) == "1":
                return True
        return False

    @override
    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone, then the number, with the extension's rights.

        Returns the id of the channel. Raises ValueError for a number that cannot be
        dialled.
        """
        phone, number = self._session.listed(extension), self._number(to)
        device = self._device(phone)
        context = await self._context(device)
        channel_id = f"{_CALL_ID}{uuid.uuid4().hex}"
        await self._session.call(
            channel_id,
            {
                "Channel": device,
                "Context": context,
                "Exten": number,
                "Priority": "1",
                "CallerID": _caller_id(phone),
                "Timeout": _RING_FOR,
                "Variable": _auto_answer(device) if auto_answer else [],
            },
        )
        return channel_id

    @override
    async def play_prompt(
        self,
        to: str,
        prompts: Sequence[str],
        *,
        outside: bool,
        auto_answer: bool = False,
        permission: str | None = None,
    ) -> str | None:
        """Call a phone and play prompts, named by their files: `custom/closed`.

        Returns the id of the channel. Raises ValueError for an invalid name or number.
        """
        data = _prompts(prompts)
        if outside:
            if permission is None:
                raise PbxRefused(Refusal.MISSING_PARAMETER)
            caller = self._session.listed(permission)
            number, context = dial_string(to), await self._context(caller.devices[0])
            device = f"Local/{number}@{context}"
        else:
            caller = self._session.listed(to)
            device = self._device(caller)
        channel_id = f"{_CALL_ID}{uuid.uuid4().hex}"
        await self._session.call(
            channel_id,
            {
                "Channel": device,
                "Application": "Playback",
                "Data": data,
                "CallerID": _caller_id(caller),
                "Timeout": _RING_FOR,
                "Variable": _auto_answer(device) if auto_answer else [],
            },
        )
        return channel_id

    @override
    async def hang_up(self, extension: str) -> None:
        """End an extension's supervision, else its connected call, else its newest."""
        self._session.listed(extension)
        channels = self._session.table.channels_of(extension)
        if not channels:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        await self._session.hang_up(channels[0].id)

    @override
    async def mute(self, extension: str) -> None:
        """Mute an extension for the other party, until its call ends."""
        await self._mute(extension, "on")

    @override
    async def unmute(self, extension: str) -> None:
        """Unmute an extension for the other party."""
        await self._mute(extension, "off")

    async def _mute(self, extension: str, state: str) -> None:
        """Set whether an extension is muted: `state` is `on` or `off`."""
        self._session.listed(extension)
        channel = self._session.table.talking(extension)
        if channel is None:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        await self._session.request(
            "MuteAudio",
            {"Channel": channel.name, "Direction": "in", "State": state},
            acting=True,
        )

    @override
    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call to another destination.

        With several outside parties, the caller is transferred. A destination missing
        from the dialplan would end the call, so it raises PbxRefused, and no transfer
        is sent: Refusal.NO_SUCH_NUMBER outside, else Refusal.NO_SUCH_DESTINATION.
        """
        number = self._number(to)
        own = [party.number for party in call.parties if party.extension]
        borrowed = permission or (own[0] if own else None)
        context = _FREEPBX_CONTEXT
        if borrowed is not None:
            context = await self._context(self._session.listed(borrowed).devices[0])
        if kind is DestinationKind.IVR and self._session.table.directory.freepbx:
            context, number = f"ivr-{number}", "s"
        exists = await self._session.variable(f"DIALPLAN_EXISTS({context},{number},1)")
        if exists != "1":
            raise PbxRefused(
                Refusal.NO_SUCH_NUMBER
                if kind is DestinationKind.OUTSIDE
                else Refusal.NO_SUCH_DESTINATION
            )
        channel = self._outside_channel(call)
        await self._session.request(
            "Redirect",
            {
                "Channel": channel.name,
                "Context": context,
                "Exten": number,
                "Priority": "1",
            },
            acting=True,
        )
        return channel.call.id

    @override
    async def pick_up(
        self, parked: ParkedCall, extension: str, *, auto_answer: bool = False
    ) -> str | None:
        """Call a phone and connect it with the call in a slot, whatever its dialplan.

        Returns the id of the channel. The phone stops ringing if another one picks the
        call up, or its party hangs up. Raises PbxRefused with Refusal.NOT_PARKED.
        """
        phone = self._session.listed(extension)
        waits = self._session.queues.waits_at(parked.slot)
        if waits is None:
            raise PbxRefused(Refusal.NOT_PARKED)
        device = self._device(phone)
        waiting, lot = waits
        channel_id = f"{_CALL_ID}{uuid.uuid4().hex}"
        self._session.bind(channel_id, waiting)
        await self._session.call(
            channel_id,
            {
                "Channel": device,
                "Application": "ParkedCall",
                "Data": f"{lot},{parked.slot}",
                "CallerID": _caller_id(phone),
                "Timeout": _RING_FOR,
                "Variable": _auto_answer(device) if auto_answer else [],
            },
        )
        return channel_id

    def _outside_channel(self, call: Call) -> Channel:
        """Return the channel of a call's outside party; of several, the caller's.

        Raises PbxRefused: Refusal.UNSUPPORTED if the call has no outside party,
        Refusal.NOT_IN_CALL if the channel has ended.
        """
        legs = [
            (not party.caller, party.leg)
            for party in call.parties
            if not party.extension and party.leg and party.state is not PartyState.GONE
        ]
        if not legs:
            raise PbxRefused(Refusal.UNSUPPORTED)
        channel = self._session.table.named(min(legs)[1])
        if channel is None:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        return channel

    def _number(self, number: str) -> str:
        """Return a number as it is dialled: an extension's unchanged, else digits.

        Raises ValueError for a number that cannot be dialled.
        """
        if number in self._session.table.directory.extensions:
            return number
        return dial_string(number)

    def _device(self, listed: ListedExtension) -> str:
        """Return the device of an extension to call, preferably one that is reachable.

        Raises PbxRefused with Refusal.NOT_IDLE if none is reachable.
        """
        table = self._session.table
        if table.status(listed.number) is ExtensionStatus.OFFLINE:
            raise PbxRefused(Refusal.NOT_IDLE)
        return min(
            listed.devices,
            key=lambda device: table.device_state(device) == "UNAVAILABLE",
        )

    async def _context(self, device: str) -> str:
        """Return the dialplan context of a device's calls, which defines its rights."""
        technology, _, name = device.partition("/")
        function = {"PJSIP": "PJSIP_ENDPOINT", "SIP": "SIPPEER"}.get(technology)
        if function is None:
            return _FREEPBX_CONTEXT
        found = await self._session.variable(f"{function}({name},context)")
        return found or _FREEPBX_CONTEXT


def _caller_id(listed: ListedExtension) -> str:
    """Return a caller id, `"Anna Berg" <1001>`, without line breaks or inner quotes."""
    name = "".join(
        one for one in listed.name if one.isprintable() and one not in '"<>\\'
    )
    return f'"{name or listed.number}" <{listed.number}>'


def _auto_answer(device: str) -> list[str]:
    """Return the channel variables that ask a phone to answer by itself."""
    if device.startswith("SIP/"):
        return [
            f"SIPADDHEADER{index:02}={name}: {value}"
            for index, (name, value) in enumerate(_AUTO_ANSWER, 1)
        ]
    return [f"PJSIP_HEADER(add,{name})={value}" for name, value in _AUTO_ANSWER]


def _prompts(names: Sequence[str]) -> str:
    """Return the argument of Playback for prompts; raise ValueError for a bad name."""
    for name in names:
        if _PROMPT.fullmatch(name) is None or ".." in name:
            raise ValueError("A prompt's name has letters, digits, and _ . / -")
    data = "&".join(names)
    if not data or len(data) > _MAX_DATA:
        raise ValueError(f"The prompts' names have 1 to {_MAX_DATA} characters in all")
    return data
