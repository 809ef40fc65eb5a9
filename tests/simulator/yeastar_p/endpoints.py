"""The endpoints of the API: reference 3 and 4."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tests.simulator.clock import Clock
from tests.simulator.exchange import Exchange, SimCall, prompts
from tests.simulator.exchange.errors import ExchangeError, NoSuchNumber
from tests.simulator.exchange.events import ExtensionState, LegKind, SettingsChanged
from tests.simulator.exchange.leg import Leg
from tests.simulator.yeastar_s.identity import Identity

from .cdr import Records, shown_time
from .errors import Refused
from .objects import Json, Objects
from .switches import PSwitches

type Query = Mapping[str, str]

MONITOR_TYPES: Final = {"listen": "listen", "whisper": "whisper", "barge": "barge_in"}
MESSAGES: Final = {
    -2: "INTERNAL SERVER ERROR",
    -1: "FAILURE",
    0: "SUCCESS",
    10001: "INTERFACE NOT EXISTED",
    10003: "API VERSION UNSUPPORTED",
    10004: "TOKEN EXPIRED",
    10005: "ACCESS DENIED",
    40001: "PARAMETER SYNTAX ERROR",
    40002: "PARAMETER ERROR",
    60001: "DATA NOT FOUND",
    60002: "MAX LIMITATION EXCEEDED",
    70004: "ACCOUNT IP BLOCKED",
    70084: "ACTION FORBIDDEN",
    70087: "IP FORBIDDEN",
    70123: "API UNAVAILABLE",
    70130: "CAHNNEL ID NOT FOUND",
    70132: "OPERATION NOT SUPPORTED",
}


def answer(code: int = 0, **more: Any) -> Json:
    """Return the body of an answer (reference 1.6)."""
    return {"errcode": code, "errmsg": MESSAGES.get(code, "FAILURE"), **more}


class Endpoints:
    """What the API can be asked, but for tokens."""

    def __init__(
        self,
        exchange: Exchange,
        objects: Objects,
        identity: Identity,
        switches: PSwitches,
        clock: Clock,
    ) -> None:
        """Serve an exchange."""
        self._exchange = exchange
        self._objects = objects
        self._identity = identity
        self._switches = switches
        self._clock = clock
        self._records = Records(exchange, identity, switches)
        self.get: dict[str, Callable[[Query], Json]] = {
            "system/information": self._information,
            "extension/list": self._extensions,
            "extension/get": self._extension,
            "extension/query": self._several,
            "extension_status_monitor/list": self._monitor_switches,
            "trunk/list": self._trunks,
            "call/query": self._calls,
            "cdr/search": self._history,
        }
        self.post: dict[str, Callable[[Json], Json]] = {
            "extension/update": self._update,
            "call/dial": self._dial,
            "call/hangup": self._hang_up,
            "call/hold": self._hold,
            "call/unhold": self._unhold,
            "call/mute": self._mute,
            "call/unmute": self._unmute,
            "call/transfer": self._transfer,
            "call/listen": self._listen,
            "call/accept_inbound": self._accept,
            "call/refuse_inbound": self._refuse,
            "call/play_prompt": self._play_prompt,
        }

    # -- lists

    def _information(self, query: Query) -> Json:
        now = self._clock.now()
        return answer(
            data={
                "device_name": self._identity.device_name,
                "model_name": "P550",
                "sn": self._identity.serial,
                "firmware_version": self._identity.firmware,
                "system_time": shown_time(now, self._identity, self._switches),
                "up_time": int(now - self._exchange.booted),
                **(
                    {
                        "system_date_format": self._switches.date_format,
                        "system_time_format": "hh:mm:ss",
                        "timestamp": int(now),
                    }
                    if self._switches.formats_told
                    else {}
                ),
            }
        )

    def _extensions(self, query: Query) -> Json:
        shown = [self._objects.extension(one) for one in self._objects.extensions()]
        return self._page(shown, query)

    def _extension(self, query: Query) -> Json:
        found = self._objects.by_id(query.get("id", ""))
        if found is None:
            raise Refused(60001)
        return answer(data=self._objects.presences.detail(found))

    def _several(self, query: Query) -> Json:
        found = [self._objects.by_id(one) for one in query.get("ids", "").split(",")]
        data = [self._objects.presences.detail(one) for one in found if one is not None]
        if not data:
            raise Refused(60001)
        return answer(total_number=len(data), data=data)

    def _update(self, body: Json) -> Json:
        if not isinstance(body.get("id"), int):
            raise Refused(40001)
        found = self._objects.by_id(body["id"])
        if found is None:
            raise Refused(60001)
        self._objects.presences.update(found, body)
        self._exchange.emit(SettingsChanged("extension", found.number, "update"))
        return answer()

    def _monitor_switches(self, query: Query) -> Json:
        return self._page(
            [
                {
                    "ext_id": self._objects.id_of(one.number),
                    "number": one.number,
                    "name": one.name,
                    "enb_register_status": int(one.status_monitored),
                    "enb_call_status": int(one.status_monitored),
                    "enb_presence_status": 0,
                }
                for one in self._objects.extensions()
            ],
            query,
        )

    def _trunks(self, query: Query) -> Json:
        trunks = self._exchange.trunks.values()
        return self._page([self._objects.trunk(one) for one in trunks], query)

    def _page(self, items: Iterable[Json], query: Query) -> Json:
        found = list(items)
        try:
            page, size = int(query.get("page", 1)), int(query.get("page_size", 20))
        except ValueError:
            raise Refused(40001) from None
        size = min(size, self._switches.max_page_size)
        begin = (page - 1) * size
        return answer(total_number=len(found), data=found[begin : begin + size])

    def _history(self, query: Query) -> Json:
        found = self._records.search(query)
        if not self._switches.records_filtered:
            return answer(total_number=len(found), data=found)
        return self._page(found, query)

    def _calls(self, query: Query) -> Json:
        calls = [
            call
            for call in self._exchange.calls.values()
            if query.get("call_id", call.call_id) == call.call_id
            and query.get("type", call.kind) == call.kind
            and query.get("extension", "") in ("", *call.numbers)
        ]
        if not calls:
            match self._switches.no_calls:
                case "60001":
                    raise Refused(60001)
                case "null":
                    return answer(data=None)
                case "missing":
                    return answer()
        return answer(data=[self._objects.call(call) for call in calls])

    # -- calls

    def _dial(self, body: Json) -> Json:
        caller, callee = required(body, "caller"), required(body, "callee")
        if caller not in self._exchange.extensions:
            raise Refused(60001)
        try:
            call = self._exchange.dial(caller, callee, body.get("auto_answer") == "yes")
        except NoSuchNumber:
            raise Refused(60001) from None
        return answer(call_id=call.call_id)

    def _hang_up(self, body: Json) -> Json:
        channel = required(body, "channel_id")
        if (monitor := self._objects.monitor(channel)) is not None:
            monitor.end()
            return answer(call_id=monitor.call_id)
        call, leg = self._leg(channel)
        self._exchange.hang_up_leg(leg)
        return answer(call_id=call.call_id)

    def _hold(self, body: Json) -> Json:
        call, leg = self._leg(required(body, "channel_id"))
        return self._possible(call, lambda: call.hold(leg.number))

    def _unhold(self, body: Json) -> Json:
        call, leg = self._leg(required(body, "channel_id"))
        return self._possible(call, lambda: call.unhold(leg.number))

    def _mute(self, body: Json) -> Json:
        call, leg = self._leg(required(body, "channel_id"))
        return self._possible(call, lambda: call.mute(leg.number))

    def _unmute(self, body: Json) -> Json:
        call, leg = self._leg(required(body, "channel_id"))
        return self._possible(call, lambda: call.mute(leg.number, muted=False))

    def _transfer(self, body: Json) -> Json:
        if required(body, "type") != "blind":
            raise Refused(40002)
        call, leg = self._leg(required(body, "channel_id"))
        number = required(body, "number")
        required(body, "dial_permission")
        leaving = call.other(leg)
        if leaving is None or leaving.kind is not LegKind.EXTENSION:
            raise Refused(70132)
        try:
            call.transfer(number, by=leaving.number)
        except NoSuchNumber:
            raise Refused(60001) from None
        except ExchangeError:
            raise Refused(70132) from None
        return answer(call_id=call.call_id)

    def _accept(self, body: Json) -> Json:
        call, _ = self._leg(required(body, "channel_id"))
        if call.state != "invited":
            raise Refused(70132)
        self._exchange.accept(call)
        return answer(call_id=call.call_id)

    def _refuse(self, body: Json) -> Json:
        call, leg = self._leg(required(body, "channel_id"))
        if call.state != "invited":
            raise Refused(70132)
        call.emit("bye", leg)
        self._exchange.refuse(call)
        return answer(call_id=call.call_id)

    def _play_prompt(self, body: Json) -> Json:
        number, names = required(body, "number"), body.get("prompts")
        if not isinstance(names, list) or not names:
            raise Refused(40002)
        if any(name not in self._exchange.prompts for name in names):
            raise Refused(60001)
        if number in self._exchange.extensions:
            call = prompts.to_extension(
                self._exchange, number, names, body.get("auto_answer") == "yes"
            )
        else:
            required(body, "dial_permission")
            call = prompts.to_outside(self._exchange, number, names)
        return answer(call_id=call.call_id)

    # -- monitoring (reference 4)

    def _listen(self, body: Json) -> Json:
        supervisor = required(body, "monitor")
        channel, kind = required(body, "channel_id"), required(body, "type")
        if kind not in MONITOR_TYPES:
            raise Refused(40002)
        if supervisor not in self._exchange.extensions:
            raise Refused(60001)
        call, leg = self._leg(channel)
        if leg.kind is not LegKind.EXTENSION or not leg.connected:
            raise Refused(70132)
        monitored = self._exchange.extensions[leg.number]
        if not monitored.allow_being_monitored:
            if self._switches.monitor_forbidden == "70084":
                raise Refused(70084)
            return answer(call_id=call.call_id)
        if self._exchange.state_of(supervisor) is ExtensionState.FREE:
            self._exchange.monitor(MONITOR_TYPES[kind], supervisor, leg.number)  # type: ignore[arg-type]
        return answer(call_id=call.call_id)

    # -- parts of the above

    def _leg(self, channel: str) -> tuple[SimCall, Leg]:
        found = self._objects.found(channel)
        if found is None:
            raise Refused(70130)
        return found

    @staticmethod
    def _possible(call: SimCall, act: Callable[[], None]) -> Json:
        try:
            act()
        except ExchangeError:
            raise Refused(70132) from None
        return answer(call_id=call.call_id)


def required(body: Json, name: str) -> str:
    """Return a text of the body that must be there."""
    value = body.get(name)
    if value is None or value == "":
        wrong = [{"field": name, "validation_type": "required"}]
        raise Refused(40002, invalid_param_list=wrong)
    if not isinstance(value, str):
        raise Refused(40001)
    return value
