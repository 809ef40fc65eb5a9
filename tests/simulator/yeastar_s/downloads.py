"""The records of calls as a file: reference 3.11."""

import csv
import io
import ipaddress
import re
from typing import TYPE_CHECKING

from tests.simulator.exchange.cdr import CallRecord

from .answers import Answer, File, Refused, success
from .identity import Identity
from .reports import recording_name, report_time
from .request import Body
from .sessions import Session
from .words import CALL_TYPES, OUTCOME_WORDS

if TYPE_CHECKING:
    from .pbx import YeastarS

RANDOM_LIFETIME = 30.0
TIME = re.compile(r"\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d", re.ASCII)
HEADER = (
    "callid,timestart,callfrom,callto,callduraction,talkduraction,srctrunkname,"
    "dsttrunkname,status,type,pincode,recording,didnumber,sn"
)

type Asked = tuple[str, str, str]


def cdr_random(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`cdr/get_random`: a string that lets one download begin within 30 seconds."""
    extid = body.required("extid")
    start, end = body.required("starttime"), body.required("endtime")
    if not TIME.fullmatch(start) or not TIME.fullmatch(end) or end < start:
        raise Refused("20019")
    if allowed := body.optional("allowedip"):
        try:
            ipaddress.ip_address(allowed)
        except ValueError:
            raise Refused("20015") from None
    asked = (extid, start, end)
    if not _records(pbx, asked) and pbx.switches.empty_history == "20021":
        raise Refused("20021")
    random = pbx.chance.randbytes(16).hex()
    pbx.randoms[random] = (pbx.clock.now() + RANDOM_LIFETIME, asked)
    return success(extid=extid, starttime=start, endtime=end, random=random)


def cdr_download(pbx: YeastarS, session: Session, body: Body) -> File:
    """`cdr/download`: the random string works once, and for what it was given for."""
    expires, asked = pbx.randoms.pop(body.optional("random"), (0.0, None))
    sent = tuple(body.optional(name) for name in ("extid", "starttime", "endtime"))
    if asked is None or asked != sent or pbx.clock.now() > expires:
        raise Refused("20020")
    text = io.StringIO()
    text.write(f"{HEADER}\n")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerows(_row(record, pbx.identity) for record in _records(pbx, asked))
    return File(text.getvalue().encode(), "text/csv")


def _records(pbx: YeastarS, asked: Asked) -> list[CallRecord]:
    """Return the records of some extensions in a span of time."""
    extid, start, end = asked
    numbers = set(extid.split(","))
    found = [
        record
        for record in pbx.exchange.records
        if start <= report_time(record.started, pbx.identity) <= end
        and (extid == "all" or numbers & {record.caller, _reached(record.callee)})
    ]
    return found if pbx.switches.history_order == "oldest" else found[::-1]


def _reached(callee: str) -> str:
    """Return the extension of `6200(1003)`."""
    return callee.partition("(")[2].rstrip(")") or callee


def _row(record: CallRecord, identity: Identity) -> list[str]:
    return [
        record.call_id,
        report_time(record.started, identity),
        record.caller,
        record.callee,
        str(record.duration),
        str(record.talked),
        record.source_trunk,
        record.destination_trunk,
        OUTCOME_WORDS[record.outcome],
        CALL_TYPES[record.kind],
        "",
        recording_name(record, identity),
        record.did,
        identity.serial,
    ]
