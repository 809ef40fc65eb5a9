"""The scenes: events at a PBX, played by the phones of the rig.

Each scene fails if the PBX does not react as it should.
"""

from collections.abc import Callable
import time

from .office import OUTSIDE
from .rig import Rig

Scene = Callable[[Rig], None]
SCENES: dict[str, Scene] = {}
TALK = 0.7


def scene(play: Scene) -> Scene:
    """Register a scene by its function's name."""
    SCENES[play.__name__] = play
    return play


def expect(rig: Rig, since: int, event: str, **fields: str) -> dict[str, str]:
    """Return an event that must have arrived."""
    return rig.pbx.event(event, since, 10, **fields)


def now(rig: Rig) -> int:
    """Return the number of messages so far."""
    return len(rig.pbx.messages)


# -- plain calls


@scene
def internal_answered(rig: Rig) -> None:
    """1002 calls 1001, which answers; 1002 hangs up."""
    since = now(rig)
    rig.dial("1002", "1001")
    rig.until_talking("1001", "1002")
    time.sleep(TALK)
    rig.hang_up("1002")
    expect(rig, since, "Cdr", Disposition="ANSWERED", Source="1002", Destination="1001")


@scene
def internal_answered_callee_hangs_up(rig: Rig) -> None:
    """1002 calls 1001, which answers and hangs up."""
    rig.dial("1002", "1001")
    rig.until_talking("1001", "1002")
    time.sleep(TALK)
    since = now(rig)
    rig.hang_up("1001")
    expect(rig, since, "Cdr", Disposition="ANSWERED")


@scene
def internal_unanswered(rig: Rig) -> None:
    """1002 calls 1003 until it has rung long enough."""
    since = now(rig)
    rig.does("1003", "ring")
    rig.dial("1002", "1003")
    expect(rig, since, "DialEnd", DialStatus="NOANSWER")
    expect(rig, since, "Cdr", Disposition="NO ANSWER")


@scene
def internal_caller_gives_up(rig: Rig) -> None:
    """1002 calls 1003 and gives up."""
    since = now(rig)
    rig.does("1003", "ring")
    rig.dial("1002", "1003")
    rig.until_ringing("1003")
    time.sleep(TALK)
    rig.give_up("1002")
    expect(rig, since, "DialEnd", DialStatus="CANCEL")


@scene
def internal_busy(rig: Rig) -> None:
    """1002 calls 1003, which is busy."""
    since = now(rig)
    rig.does("1003", "busy")
    rig.dial("1002", "1003")
    expect(rig, since, "DialEnd", DialStatus="BUSY")


@scene
def internal_rejected(rig: Rig) -> None:
    """1002 calls 1003, which rejects the call."""
    since = now(rig)
    rig.does("1003", "reject")
    rig.dial("1002", "1003")
    expect(rig, since, "DialEnd")
    expect(rig, since, "Cdr")


@scene
def internal_offline(rig: Rig) -> None:
    """1002 calls 1003, which is not registered."""
    rig.unregister("1003")
    # Not the hint: with do not disturb ever set and taken back it says idle.
    state = "DEVICE_STATE(PJSIP/1003)"
    rig.until(
        lambda: rig.pbx.action("Getvar", Variable=state)[0]["Value"] == "UNAVAILABLE"
    )
    since = now(rig)
    rig.dial("1002", "1003")
    expect(rig, since, "Cdr")
    rig.register("1003")
    rig.wait_registered()


@scene
def no_such_number(rig: Rig) -> None:
    """1002 dials an unknown number."""
    rig.dial("1002", "1999")
    time.sleep(1)


@scene
def inbound_answered(rig: Rig) -> None:
    """An outside caller reaches 1001, which hangs up."""
    since = now(rig)
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001")
    time.sleep(TALK)
    rig.hang_up("1001")
    expect(rig, since, "Cdr", Disposition="ANSWERED", Source=OUTSIDE)


@scene
def inbound_to_voicemail(rig: Rig) -> None:
    """An outside caller leaves a message for 1001."""
    since = now(rig)
    rig.does("1001", "ring")
    rig.call_in(OUTSIDE, "5550101")
    expect(rig, since, "DialEnd", DialStatus="NOANSWER")
    rig.pbx.event("Newexten", since, 10, Application="VoiceMail")
    time.sleep(2.5)
    rig.hang_up(OUTSIDE)
    expect(rig, since, "MessageWaiting", Mailbox="1001@default")


@scene
def outbound_answered(rig: Rig) -> None:
    """1001 calls a number outside, which hangs up."""
    since = now(rig)
    rig.dial("1001", OUTSIDE)
    rig.until_talking("1001", "itsp")
    time.sleep(TALK)
    rig.hang_up(OUTSIDE)
    expect(rig, since, "Cdr", Disposition="ANSWERED", Destination=OUTSIDE)


@scene
def outbound_busy(rig: Rig) -> None:
    """1001 calls a number outside, which is busy."""
    since = now(rig)
    rig.does(OUTSIDE, "busy")
    rig.dial("1001", OUTSIDE)
    expect(rig, since, "DialEnd", DialStatus="BUSY")


# -- more than one call, hold, transfer


@scene
def two_calls(rig: Rig) -> None:
    """1001 talks to 1002, holds, takes a second call from 1003, drops it, comes back."""
    rig.dial("1002", "1001")
    rig.until_talking("1001", "1002")
    rig.hold("1001")
    since = now(rig)
    rig.does("1001", "ring")
    rig.dial("1003", "1001")
    rig.until_ringing("1001")
    time.sleep(TALK)
    rig.answer("1001")
    rig.until_talking("1003")
    time.sleep(TALK)
    rig.hang_up("1003")
    expect(rig, since, "Cdr", Source="1003")
    rig.resume("1001", 0)
    time.sleep(TALK)
    rig.hang_up("1002")


@scene
def hold_resume(rig: Rig) -> None:
    """1001 holds its call with 1002, and resumes it."""
    rig.dial("1002", "1001")
    rig.until_talking("1001", "1002")
    time.sleep(TALK)
    since = now(rig)
    rig.hold("1001")
    expect(rig, since, "Hold")
    time.sleep(TALK)
    rig.resume("1001")
    expect(rig, since, "Unhold")
    time.sleep(TALK)
    rig.hang_up("1002")


@scene
def blind_transfer(rig: Rig) -> None:
    """1001 transfers its outside caller to 1003, by REFER."""
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001", "itsp")
    time.sleep(TALK)
    since = now(rig)
    rig.blind("1001", "1003")
    expect(rig, since, "BlindTransfer", Result="Success")
    rig.until_talking("1003", "itsp")
    time.sleep(TALK)
    rig.hang_up("1003")
    expect(rig, since, "Cdr")


@scene
def attended_transfer(rig: Rig) -> None:
    """1001 holds its outside caller, consults 1003, and connects both, by REFER."""
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001", "itsp")
    rig.hold("1001")
    time.sleep(TALK)
    since = now(rig)
    rig.dial("1001", "1003")
    rig.until_talking("1003")
    time.sleep(TALK)
    rig.attended("1001")
    expect(rig, since, "AttendedTransfer", Result="Success")
    time.sleep(TALK)
    rig.until_talking("1003", "itsp")
    rig.hang_up("1003")


@scene
def attended_transfer_by_code(rig: Rig) -> None:
    """1001 dials *2 1003 in the call with its outside caller, talks, and hangs up."""
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001", "itsp")
    time.sleep(TALK)
    since = now(rig)
    rig.dtmf("1001", "*2ww1003")
    rig.until_talking("1003")
    time.sleep(2)
    rig.hang_up("1001")
    expect(rig, since, "AttendedTransfer")
    rig.until_talking("1003", "itsp")
    rig.hang_up("1003")


@scene
def parked(rig: Rig) -> None:
    """1001 parks its outside caller by transferring it to 70; 1003 takes it from its slot."""
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001", "itsp")
    since = now(rig)
    rig.blind("1001", "70")
    slot = expect(rig, since, "ParkedCall")["ParkingSpace"]
    time.sleep(TALK)
    rig.dial("1003", slot)
    expect(rig, since, "UnParkedCall")
    rig.until_talking("1003", "itsp")
    rig.hang_up("1003")


@scene
def parked_given_up(rig: Rig) -> None:
    """1001 parks its outside caller, who hangs up in the slot."""
    rig.call_in(OUTSIDE, "5550101")
    rig.until_talking("1001", "itsp")
    since = now(rig)
    rig.blind("1001", "70")
    expect(rig, since, "ParkedCall")
    time.sleep(TALK)
    rig.hang_up(OUTSIDE)
    expect(rig, since, "ParkedCallGiveUp")


# -- groups, queues


@scene
def ring_group(rig: Rig) -> None:
    """An outside call rings 1003, 1004 and 1006; 1004 answers."""
    since = now(rig)
    for number in ("1003", "1004", "1006"):
        rig.does(number, "ring")
    rig.call_in(OUTSIDE, "5550102")
    rig.until_ringing("1004")
    time.sleep(TALK)
    rig.answer("1004")
    rig.until_talking("1004", "itsp")
    time.sleep(TALK)
    rig.hang_up("1004")
    expect(rig, since, "Cdr", Disposition="ANSWERED")


@scene
def queue(rig: Rig) -> None:
    """An outside call waits in queue 700; 1003 answers, 1004 does not."""
    since = now(rig)
    for number in ("1003", "1004"):
        rig.does(number, "ring")
    rig.call_in(OUTSIDE, "5550103")
    rig.until_ringing("1003")
    time.sleep(TALK)
    rig.answer("1003")
    expect(rig, since, "AgentConnect", Queue="700")
    time.sleep(TALK)
    rig.hang_up("1003")
    expect(rig, since, "AgentComplete", Queue="700")


@scene
def queue_abandoned(rig: Rig) -> None:
    """An outside caller leaves queue 700 before an agent answers."""
    since = now(rig)
    for number in ("1003", "1004"):
        rig.does(number, "ring")
    rig.call_in(OUTSIDE, "5550103")
    rig.until_ringing("1003")
    time.sleep(TALK)
    rig.hang_up(OUTSIDE)
    expect(rig, since, "QueueCallerAbandon")


@scene
def agents(rig: Rig) -> None:
    """1001 logs in to queue 700, 1003 pauses in it for a while, 1001 logs out."""
    since = now(rig)
    anna, zoe = "Local/1001@from-queue/n", "Local/1003@from-queue/n"
    rig.pbx.action(
        "QueueAdd", Queue="700", Interface=anna, StateInterface="hint:1001@ext-local"
    )
    expect(rig, since, "QueueMemberAdded", Queue="700", Interface=anna)
    pause = rig.pbx.action
    pause("QueuePause", Queue="700", Interface=zoe, Paused="true", Reason="lunch")
    expect(rig, since, "QueueMemberPause", Interface=zoe, Paused="1")
    time.sleep(TALK)
    pause("QueuePause", Queue="700", Interface=zoe, Paused="false")
    expect(rig, since, "QueueMemberPause", Interface=zoe, Paused="0")
    rig.pbx.action("QueueRemove", Queue="700", Interface=anna)
    expect(rig, since, "QueueMemberRemoved", Queue="700", Interface=anna)


# -- settings


@scene
def do_not_disturb(rig: Rig) -> None:
    """1003 switches DND on by its feature code, is called, and switches it off."""
    since = now(rig)
    rig.dial("1003", "*78")
    expect(rig, since, "DeviceStateChange", Device="Custom:DND1003", State="BUSY")
    rig.until_quiet()
    rig.dial("1002", "1003")
    expect(rig, since, "Cdr", Source="1002")
    rig.until_quiet()
    rig.dial("1003", "*79")
    expect(rig, since, "DeviceStateChange", Device="Custom:DND1003", State="NOT_INUSE")


@scene
def forwarded(rig: Rig) -> None:
    """1003 forwards to 1004, by its feature code; 1002 calls 1003."""
    since = now(rig)
    rig.dial("1003", "*721004")
    expect(rig, since, "DeviceStateChange", Device="Custom:CF1003", State="BUSY")
    rig.until_quiet()
    rig.dial("1002", "1003")
    rig.until_talking("1002", "1004")
    rig.hang_up("1002")
    rig.until_quiet()
    rig.dial("1003", "*73")
    expect(rig, since, "DeviceStateChange", Device="Custom:CF1003", State="NOT_INUSE")


# -- supervision, begun by others


def supervised(rig: Rig, options: str) -> None:
    """Play a supervision of 1001's call by 1005, not started by the client."""
    rig.until_talking("1001")
    time.sleep(TALK)
    rig.spy("1005", "1001", options)
    time.sleep(TALK)
    rig.clear()


@scene
def listen(rig: Rig) -> None:
    """1005 hears the call of 1001 with 1002."""
    rig.dial("1002", "1001")
    supervised(rig, "qESu")


@scene
def whisper(rig: Rig) -> None:
    """1005 is heard by 1001 alone."""
    rig.dial("1002", "1001")
    supervised(rig, "qwESu")


@scene
def barge(rig: Rig) -> None:
    """1005 is heard by both."""
    rig.dial("1002", "1001")
    supervised(rig, "qBESu")


@scene
def whisper_outside(rig: Rig) -> None:
    """1005 whispers in a call that came through the trunk."""
    rig.call_in(OUTSIDE, "5550101")
    supervised(rig, "qwESu")


# -- phones and the PBX itself


@scene
def phone_unregisters(rig: Rig) -> None:
    """1006 is unreachable for a moment."""
    since = now(rig)
    rig.unregister("1006")
    expect(rig, since, "ContactStatus", AOR="1006", ContactStatus="Removed")
    rig.register("1006")
    expect(rig, since, "ContactStatus", AOR="1006", ContactStatus="Reachable")


@scene
def restart(rig: Rig) -> None:
    """The PBX restarts in the middle of a call."""
    rig.dial("1002", "1001")
    rig.until_talking("1001", "1002")
    rig.restart()
