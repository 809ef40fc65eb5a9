"""The endpoints of v1.0.x and v1.1.0: reference 3.1."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import calls, downloads, lists, messages, monitoring, settings, transfers
from .answers import Answer, File
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

type Handler = Callable[[YeastarS, Session, Body], Answer | File]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers a request, and the version it came with."""

    handler: Handler
    since: tuple[int, ...] = (1, 0, 0)
    download: bool = False
    """Whether it is asked with GET, and its parameters are in the address."""


def heartbeat(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`heartbeat`, reference 2.4."""
    return pbx.sessions.heartbeat(session, body)


def logout(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`logout`, reference 2.4."""
    return pbx.sessions.logout(session)


ENDPOINTS: dict[str, Endpoint] = {
    "heartbeat": Endpoint(heartbeat),
    "logout": Endpoint(logout),
    "deviceinfo/query": Endpoint(lists.device_info),
    "extensionlist/query": Endpoint(lists.extension_list),
    "extension/query": Endpoint(lists.extension_query),
    "extension/update": Endpoint(settings.extension_update),
    "trunklist/query": Endpoint(lists.trunk_list),
    "inbound/query": Endpoint(lists.inbound_query),
    "outbound/query": Endpoint(lists.outbound_query),
    "extension/listen": Endpoint(monitoring.listen),
    "extension/whisper": Endpoint(monitoring.whisper),
    "extension/barge": Endpoint(monitoring.barge),
    "extension/dial_extension": Endpoint(calls.dial_extension),
    "extension/dial_outbound": Endpoint(calls.dial_outbound),
    "extension/hangup": Endpoint(calls.extension_hangup),
    "inbound/hangup": Endpoint(calls.inbound_hangup),
    "outbound/hangup": Endpoint(calls.outbound_hangup),
    "extension/hold": Endpoint(calls.hold),
    "extension/unhold": Endpoint(calls.unhold),
    "extension/mute": Endpoint(calls.mute),
    "extension/unmute": Endpoint(calls.unmute),
    "inbound/accept": Endpoint(calls.inbound_accept),
    "inbound/refuse": Endpoint(calls.inbound_refuse),
    "inbound/transfer_extension": Endpoint(transfers.inbound_transfer_extension),
    "inbound/transfer_ivr": Endpoint(transfers.inbound_transfer_ivr),
    "inbound/transfer_queue": Endpoint(transfers.inbound_transfer_queue),
    "inbound/transfer_ringgroup": Endpoint(transfers.inbound_transfer_ringgroup),
    "inbound/transfer_outbound": Endpoint(transfers.inbound_transfer_outbound),
    "outbound/transfer_extension": Endpoint(transfers.outbound_transfer_extension),
    "outbound/transfer_ivr": Endpoint(transfers.outbound_transfer_ivr),
    "outbound/transfer_outbound": Endpoint(transfers.outbound_transfer_outbound),
    # Reference 1.5: v1.0.6 added transfer_number.
    "inbound/transfer_number": Endpoint(transfers.inbound_transfer_number, (1, 0, 6)),
    "outbound/transfer_number": Endpoint(transfers.outbound_transfer_number, (1, 0, 6)),
    "extension/playprompt": Endpoint(messages.extension_prompt),
    "outbound/playprompt": Endpoint(messages.outbound_prompt),
    "sms/send": Endpoint(messages.sms_send),
    # Reference 1.5: v1.1.0 added the download of records.
    "cdr/get_random": Endpoint(downloads.cdr_random, (1, 1, 0)),
    "cdr/download": Endpoint(downloads.cdr_download, (1, 1, 0), download=True),
    "apply": Endpoint(settings.apply),
}
