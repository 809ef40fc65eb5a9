"""Text messages and prompts: reference 3.11."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.simulator.exchange import prompts
from tests.simulator.exchange.events import MessageSent

from .answers import Answer, Refused, success
from .calls import known_extension, may_dial_out
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

MESSAGE_LIMIT = 2000


def sms_send(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`sms/send`: the outcome is reported later (reference 5.6)."""
    trunk = pbx.exchange.trunks.get(body.required("trunk"))
    number = body.optional("phonenumber")
    message = unquote(body.optional("message"))
    if not number:
        raise Refused("10028")
    if not message:
        raise Refused("10030")
    # The manual says 1000 Chinese characters, "that is 2000 characters", and no emoji.
    # [choose]: what it does not take it cannot write to the file that it sends.
    size = sum(1 if char.isascii() else 2 for char in message)
    if size > MESSAGE_LIMIT or any(ord(char) > 0xFFFF for char in message):
        raise Refused("10029")
    if trunk is None or trunk.type != "GSM":
        raise Refused("10026")
    if trunk.status != "Idle":
        raise Refused("10027")
    message_id = f"{number}-{int(pbx.clock.now())}"
    pbx.messages.append((trunk.name, number, message))
    delivered = MessageSent(message_id, pbx.switches.messages_delivered)
    pbx.exchange.later(
        pbx.switches.message_seconds, lambda: pbx.exchange.emit(delivered)
    )
    return success(smsid=message_id)


def extension_prompt(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/playprompt`."""
    number, names = body.required("extid"), body.required("prompt")
    known_extension(pbx, number)
    pick_up = body.optional("autoanswer") == "yes"
    call = prompts.to_extension(pbx.exchange, number, _known(pbx, names), pick_up)
    return success(callid=call.call_id)


def outbound_prompt(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`outbound/playprompt`: `fromext` lends its right to call out."""
    number, names = body.required("outto"), body.required("prompt")
    may_dial_out(pbx, known_extension(pbx, body.required("fromext")), number)
    call = prompts.to_outside(pbx.exchange, number, _known(pbx, names))
    return success(callid=call.call_id)


def _known(pbx: YeastarS, joined: str) -> list[str]:
    """Return the prompts of a list joined by `+`; raise Refused when one does not exist."""
    names = joined.split("+")
    if not all(name in pbx.exchange.prompts for name in names):
        raise Refused("10023")
    return names
