"""The endpoints of v2.0.0: reference 3.1, 3.5, 3.8 and 3.10."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulator.exchange import CallState, Leg, SimCall
from tests.simulator.exchange.errors import ExchangeError, NoSuchNumber
from tests.simulator.exchange.monitoring import MonitorMode

from .. import downloads, lists, settings, v1
from ..answers import Answer, File, Refused, success
from ..calls import known_extension, may_dial_out
from ..monitoring import begin
from ..request import Body
from ..sessions import Session
from ..v1 import Endpoint
from .calls import Members, of_extension

if TYPE_CHECKING:
    from ..pbx import YeastarS

TYPES: dict[str, MonitorMode] = {
    "listen": "listen",
    "whisper": "whisper",
    "barge": "barge_in",
}


def renamed(
    handler: Callable[[YeastarS, Session, Body], Answer | File], **names: str
) -> Callable[[YeastarS, Session, Body], Answer | File]:
    """Return a handler of v1 for a request whose parameters have other names."""

    def handle(pbx: YeastarS, session: Session, body: Body) -> Answer | File:
        return handler(pbx, session, body.renamed(names))

    return handle


def extension_list(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/list`, reference 3.3: as in v1, under another name."""
    rows = lists.extension_list(pbx, session, body)["extlist"]
    return success(extlist=[_numbered(row) for row in rows])


def extension_query(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/query`, reference 3.4: without the calls, which have a request."""
    number = body.required("number")
    asked = Body({} if number == "all" else {"extid": number}, sent=True)
    rows = lists.extension_query(pbx, session, asked)["extinfos"]
    calls = ("inbound", "outbound", "ext")
    found = [
        _numbered({key: value for key, value in row.items() if key not in calls})
        for row in rows
    ]
    for row in found:
        row["mobile"] = row.pop("moblie")
    return success(extinfos=found)


def _numbered(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number" if key == "extnumber" else key: value for key, value in row.items()
    }


def trunk_list(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`trunk/list`, reference 3.7: v2 adds an id."""
    rows = lists.trunk_list(pbx, session, body)["trunklist"]
    return success(
        trunklist=[{"id": str(index + 1), **row} for index, row in enumerate(rows)]
    )


def query_call(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/query_call`, reference 3.5."""
    asked, everyone = body.required("number"), sorted(pbx.exchange.extensions)
    found = pbx.calls.listed()
    rows = []
    for number in everyone if asked == "all" else asked.split(","):
        if number not in pbx.exchange.extensions:
            if pbx.v2.unknown_in_query_call == "omit":
                continue
            raise Refused("10006")
        calls = [_row(*call) for call in of_extension(found, number)]
        if calls or asked != "all" or pbx.v2.idle_in_calllist:
            rows.append({"number": number, "numbercalls": calls})
    return success(calllist=rows)


def call_query(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/query`, reference 3.8: one call, or all with outside lines of a kind."""
    found = pbx.calls.listed()
    if call_id := body.optional("callid"):
        if call_id not in found:
            raise Refused("10005")
        return success(calls=[_row(call_id, found[call_id])])
    kind = body.required("type")
    return success(
        calls=[
            _row(call_id, members)
            for call_id, members in found.items()
            if any(kind in member for member in members.values())
        ]
    )


def _row(call_id: str, members: Members) -> dict[str, Any]:
    return {"callid": call_id, "members": list(members.values())}


# -- calls


def dial(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/dial`: from an extension; the answer comes when the call is placed."""
    caller, callee = body.required("caller"), body.required("callee")
    known_extension(pbx, caller)
    inside = (
        pbx.exchange.extensions,
        pbx.exchange.ivrs,
        pbx.exchange.queues,
        pbx.exchange.ring_groups,
        pbx.exchange.conferences,
    )
    trunk = None
    if not any(callee in known for known in inside):
        may_dial_out(pbx, caller, callee)
        trunk = pbx.exchange.trunk_for(callee)
    pick_up = body.optional("autoanswer") == "yes"
    try:
        call = pbx.exchange.dial(caller, callee, pick_up, trunk)
    except NoSuchNumber:
        raise Refused("10011") from None
    return success(callid=call.call_id)


def _leg(pbx: YeastarS, body: Body) -> tuple[SimCall, Leg]:
    found = pbx.calls.found(body.required("channelid"))
    if found is None:
        raise Refused("10007")
    return found


def hang_up(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/hangup`: also what ends a supervisor's monitoring, where it has a channel."""
    monitor = pbx.calls.monitor(body.required("channelid"))
    if monitor is not None and pbx.v2.monitor_shown != "hidden":
        monitor.end()
        return success(callid=monitor.call_id)
    call, leg = _leg(pbx, body)
    pbx.exchange.hang_up_leg(leg)
    return success(callid=call.call_id)


def _on_leg(
    act: Callable[[SimCall, str], object], pbx: YeastarS, session: Session, body: Body
) -> Answer:
    call, leg = _leg(pbx, body)
    try:
        act(call, leg.number)
    except ExchangeError:
        raise Refused("10007") from None
    return success(callid=call.call_id)


def accept(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/accept_inbound`: too late once the ten seconds are over."""
    call = _invited(pbx, body)
    pbx.exchange.accept(call)
    return success(callid=call.call_id)


def refuse(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/refuse_inbound`."""
    call = _invited(pbx, body)
    pbx.exchange.refuse(call)
    pbx.calls.look()
    return success(callid=call.call_id)


def _invited(pbx: YeastarS, body: Body) -> SimCall:
    call, _ = _leg(pbx, body)
    if call.state is not CallState.INVITED:
        raise Refused("10016")
    return call


def listen(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`call/listen`, reference 4.1: the id is that of the call to the supervisor."""
    if not body.sent:
        raise Refused("20007")
    kind = body.optional("type")
    if kind and kind not in TYPES:
        raise Refused("10004")
    supervisor, extension = body.optional("monitor"), body.optional("extension")
    if not kind:
        raise Refused("10004")
    leg = begin(pbx, TYPES[kind], supervisor, extension)
    return success(callid=leg.call_id)


def _acting(names: Iterable[str]) -> dict[str, Endpoint]:
    return {name: v1.ENDPOINTS[name] for name in names}


ENDPOINTS: dict[str, Endpoint] = {
    **_acting(("heartbeat", "logout", "deviceinfo/query")),
    "extension/list": Endpoint(extension_list),
    "extension/query": Endpoint(extension_query),
    "extension/query_call": Endpoint(query_call),
    "extension/update": Endpoint(renamed(settings.extension_update, extid="number")),
    "trunk/list": Endpoint(trunk_list),
    "call/query": Endpoint(call_query),
    "call/dial": Endpoint(dial),
    "call/hangup": Endpoint(hang_up),
    "call/hold": Endpoint(partial(_on_leg, SimCall.hold)),
    "call/unhold": Endpoint(partial(_on_leg, SimCall.unhold)),
    "call/mute": Endpoint(partial(_on_leg, SimCall.mute)),
    "call/unmute": Endpoint(partial(_on_leg, partial(SimCall.mute, muted=False))),
    "call/accept_inbound": Endpoint(accept),
    "call/refuse_inbound": Endpoint(refuse),
    "call/listen": Endpoint(listen),
    "cdr/get_random": Endpoint(renamed(downloads.cdr_random, extid="number")),
}
