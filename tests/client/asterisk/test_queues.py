"""Queues, parked calls and voicemail boxes, as two versions of Asterisk sent them."""

from collections.abc import AsyncGenerator, Iterable

import pytest

from custom_components.pbx.client import Capability, Mailbox, PbxRefused, Refusal
from custom_components.pbx.client.asterisk import rights
from custom_components.pbx.client.asterisk.connection import Message
from custom_components.pbx.client.asterisk.directory import (
    Directory,
    ListedExtension,
    from_freepbx,
)
from custom_components.pbx.client.asterisk.queues import QueueTable
from custom_components.pbx.client.model import ParkedCall, Queue
from custom_components.pbx.client.report import MailboxNow, ParkedNow, QueueNow, Report

from .captured import directory, events, quiet_table
from .conftest import Listener
from .wire import COMMANDS, Answer, ManagerWire, error, message, rows, success

VERSIONS = ["16", "22"]
ZOE, DORA = "Local/1003@from-queue/n", "Local/1004@from-queue/n"
PARAMS = {"Event": "QueueParams", "Queue": "700", "Calls": "0"}


def member(interface: str = ZOE, **changes: str) -> dict[str, str]:
    """Return the row of a member of a queue."""
    return {
        "Event": "QueueMember",
        "Queue": "700",
        "Name": "Zoë Müller",
        "Location": interface,
        "Membership": "static",
        "InCall": "0",
        "Status": "1",
        "Paused": "0",
        "PausedReason": "",
        **changes,
    }


def entry(channel_id: str, position: int = 1, **changes: str) -> dict[str, str]:
    """Return the row of a caller in a queue."""
    return {
        "Event": "QueueEntry",
        "Queue": "700",
        "Position": str(position),
        "Channel": f"PJSIP/itsp-{position:08x}",
        "Uniqueid": channel_id,
        "CallerIDNum": "0123456789",
        "Wait": "0",
        **changes,
    }


def joins(channel_id: str, position: int = 1, **changes: str) -> dict[str, str]:
    """Return the event of a caller who enters a queue."""
    return {**entry(channel_id, position), "Event": "QueueCallerJoin", **changes}


def leaves(channel_id: str, **changes: str) -> dict[str, str]:
    """Return the event of a caller who leaves a queue."""
    return {**entry(channel_id), "Event": "QueueCallerLeave", **changes}


def parks(slot: str = "71", **changes: str) -> dict[str, str]:
    """Return the event, and the row, of a parked call."""
    return {
        "Event": "ParkedCall",
        "ParkeeChannel": "PJSIP/itsp-00000001",
        "ParkeeUniqueid": "pbx-1",
        "ParkeeCallerIDNum": "0123456789",
        "ParkerDialString": "PJSIP/1001",
        "Parkinglot": "default",
        "ParkingSpace": slot,
        "ParkingDuration": "0",
        **changes,
    }


class Tables:
    """A table of channels and one of queues, which take what Asterisk sends."""

    def __init__(self) -> None:
        """Initialize with two agents in a queue, and a box for each extension."""
        self.channels = quiet_table()
        boxed = {
            number: ListedExtension(
                number, listed.name, listed.devices, f"{number}@default"
            )
            for number, listed in directory().extensions.items()
        }
        self.channels.directory = Directory(boxed, freepbx=True)
        self.queues = QueueTable(self.channels)
        listed = [PARAMS, member(), member(DORA, Name="Dora Diaz")]
        self.queues.take_queues(listed, 0.0)
        self.queues.take_parked((), 0.0)
        self.queues.begin_list()

    def apply(self, event: Message, at: float = 0.0) -> list[Report]:
        """Apply an event as a session does; return the reports of queues."""
        self.channels.apply(event, at)
        return self.queues.apply(event, at)

    def replay(self, version: str, scene: str) -> list[str]:
        """Apply a scene; return what each of its reports says."""
        return [
            text(report)
            for at, event in events(version, scene)
            for report in self.apply(event, at)
        ]

    def take(self, *listed: Message, at: float = 0.0) -> None:
        """Apply a list of the queue."""
        self.queues.take_queues([PARAMS, *listed], at)

    @property
    def queue(self) -> Queue:
        """Return the only queue."""
        (queue,) = self.queues.queues()
        return queue

    @property
    def callers(self) -> list[str]:
        """Return the numbers of the callers, in the order of their turn."""
        return [caller.number for caller in self.queue.callers or ()]


def text(report: Report) -> str:
    """Return what a report says: who waits, and what the agents do."""
    match report:
        case QueueNow(queue=queue):
            return described(queue)
        case ParkedNow(calls=calls):
            return f"parked: {', '.join(map(parked, calls))}"
        case MailboxNow(mailbox=mailbox):
            return f"{mailbox.number} unread {mailbox.unread}"
    raise AssertionError(report)


def described(queue: Queue) -> str:
    """Return who waits in a queue, and what its agents do."""
    callers = " ".join(caller.number for caller in queue.callers or ())
    agents = (
        f"{agent.number}"
        f"{'' if agent.logged_in else ' out'}"
        f"{f' paused {agent.reason}' if agent.paused else ''}"
        f"{' talks' if agent.talking else ''}"
        for agent in sorted(queue.agents or (), key=lambda agent: agent.number)
    )
    return f"{queue.number}: {callers or '-'} | {', '.join(agents)}"


def parked(call: ParkedCall) -> str:
    """Return a parked call in words."""
    return f"{call.party.number} at {call.slot} by {call.parked_by}"


@pytest.fixture
def tables() -> Tables:
    """Return tables of a queue in which nobody waits."""
    return Tables()


# -- scenes of the rig

SCENES = {
    "queue": [
        "700: 0123456789 | 1003, 1004",
        "700: - | 1003, 1004",
        "700: - | 1003 talks, 1004",
        "700: - | 1003, 1004",
    ],
    "queue_abandoned": ["700: 0123456789 | 1003, 1004", "700: - | 1003, 1004"],
    "agents": [
        "700: - | 1001, 1003, 1004",
        "700: - | 1001, 1003 paused lunch, 1004",
        "700: - | 1001, 1003, 1004",
        "700: - | 1003, 1004",
    ],
    "parked": ["parked: 0123456789 at 71 by 1001", "parked: "],
    "parked_given_up": ["parked: 0123456789 at 71 by 1001", "parked: "],
    "inbound_to_voicemail": ["1001 unread 1"],
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scene", SCENES)
def test_each_scene_is_told_as_it_was(tables: Tables, version: str, scene: str) -> None:
    """Who waits, who talks, who pauses, what is parked, what is unread."""
    assert tables.replay(version, scene) == SCENES[scene]


@pytest.mark.parametrize("version", VERSIONS)
def test_caller_is_the_party_of_the_call(tables: Tables, version: str) -> None:
    """The ids are those of the call, and the time is that of entering."""
    for at, event in events(version, "queue"):
        tables.apply(event, at)
        if event["Event"] == "QueueCallerJoin":
            (caller,) = tables.queue.callers or ()
            (call,) = tables.channels.calls()
            assert (caller.call_id, caller.since) == (call.id, at)
        if event["Event"] == "ParkedCall":
            (waits,) = tables.queues.parked()
            assert waits.call_id == tables.channels.calls()[0].id


# -- lists and events


def test_list_of_a_queue(tables: Tables) -> None:
    """Callers in the order of their turn, agents with what they do."""
    tables.take(
        member(Paused="1", PausedReason="lunch"),
        member("PJSIP/1001", Name="PJSIP/1001", Membership="dynamic", InCall="1"),
        member("Local/0401234567@from-internal", Status="5"),
        entry("pbx-2", 2, CallerIDNum="<unknown>", Wait="10"),
        entry("pbx-1", 1, Wait="70"),
        at=100.0,
    )
    assert described(tables.queue) == (
        "700: 0123456789  | 0401234567 out, 1001 talks, 1003 paused lunch"
    )
    first, second = tables.queue.callers or ()
    assert (first.since, second.since, second.number) == (30.0, 90.0, "")
    agents = {agent.number: agent for agent in tables.queue.agents or ()}
    assert agents["1001"].dynamic
    assert agents["1001"].name == ""
    assert not agents["1003"].dynamic


def test_caller_inside(tables: Tables) -> None:
    """It is the extension, whatever number it shows."""
    tables.take(entry("pbx-1", Channel="PJSIP/1002-00000001", CallerIDNum="5550100"))
    assert tables.callers == ["1002"]


def test_list_corrects_what_was_missed(tables: Tables) -> None:
    """As after a lost connection; who still waits keeps the exact time."""
    tables.apply(joins("pbx-1"), 10.4)
    tables.apply(joins("pbx-2", 2), 20.0)
    tables.queues.begin_list()
    tables.take(member(), entry("pbx-2", Wait="10"), entry("pbx-3", 2), at=30.9)
    assert [caller.since for caller in tables.queue.callers or ()] == [20.0, 30.9]
    assert len(tables.queue.agents or ()) == 1


def test_event_is_newer_than_the_list(tables: Tables) -> None:
    """A row may have been written before an event that arrives first."""
    tables.apply(joins("pbx-1"), 1.0)
    tables.queues.begin_list()
    tables.apply(leaves("pbx-1"), 2.0)
    tables.apply(joins("pbx-2"), 2.0)
    pause = {**member(), "Event": "QueueMemberPause", "Interface": ZOE, "Paused": "1"}
    tables.apply(pause, 2.0)
    gone = {**member(), "Event": "QueueMemberRemoved", "Interface": DORA}
    tables.apply(gone, 2.0)
    tables.take(member(), member(DORA), entry("pbx-1"), at=3.0)
    assert [caller.since for caller in tables.queue.callers or ()] == [2.0]
    assert described(tables.queue).endswith("| 1003 paused None")


def test_queue_that_is_deleted(tables: Tables) -> None:
    """A list without it is enough."""
    tables.apply(joins("pbx-1"))
    tables.queues.begin_list()
    tables.queues.take_queues([], 1.0)
    assert tables.queues.queues() == ()


def test_position_in_the_queue(tables: Tables) -> None:
    """A caller of a higher priority is put in front of others."""
    for number, position in (("1", 1), ("2", 2), ("3", 1)):
        tables.apply(joins(f"pbx-{number}", position, CallerIDNum=number))
    assert tables.callers == ["3", "1", "2"]
    tables.apply(joins("pbx-1", 3, CallerIDNum="1"))
    assert len(tables.callers) == 3, "an event that is repeated adds nobody"


def test_talking_is_not_known_to_a_version_that_does_not_list_it(
    tables: Tables,
) -> None:
    """The next call tells it."""
    row = member()
    del row["InCall"]
    tables.queues.begin_list()
    tables.take(row)
    (agent,) = tables.queue.agents or ()
    assert agent.talking is None
    tables.apply({"Event": "AgentConnect", "Queue": "700", "Interface": ZOE})
    (agent,) = tables.queue.agents or ()
    assert agent.talking


def test_what_changes_nothing_is_not_told(tables: Tables) -> None:
    """Status events come for each change of a phone."""
    status = {**member(), "Event": "QueueMemberStatus", "Interface": ZOE}
    status["MemberName"] = status.pop("Name")
    assert tables.apply(status) == []
    ends = {"Event": "AgentComplete", "Queue": "700", "Interface": ZOE}
    assert tables.apply(ends) == []
    assert tables.apply({**ends, "Interface": "PJSIP/4711"}) == []
    waiting = {"Event": "MessageWaiting", "Mailbox": "1001@default", "Waiting": "1"}
    assert tables.apply({**waiting, "New": "2"}) != []
    assert tables.apply({**waiting, "New": "2"}) == []
    assert tables.apply({**waiting, "Mailbox": "9999@default"}) == []


def test_parked_calls_of_a_list(tables: Tables) -> None:
    """A call that an event told meanwhile stays, one that ended does not come back."""
    tables.apply(parks("71"), 10.4)
    tables.apply(parks("72", ParkeeUniqueid="pbx-2"), 11.0)
    tables.queues.begin_list()
    tables.apply(parks("73", ParkeeUniqueid="pbx-3"), 12.0)
    taken = parks("72", Event="UnParkedCall", ParkeeUniqueid="pbx-2")
    tables.apply(taken, 12.0)
    tables.queues.take_parked(
        [parks("71", ParkingDuration="2"), parks("72", ParkeeUniqueid="pbx-2")], 13.0
    )
    assert {call.slot: call.since for call in tables.queues.parked()} == {
        "71": 10.4,
        "73": 12.0,
    }
    other = parks("71", ParkeeUniqueid="pbx-9", ParkingDuration="3")
    tables.queues.begin_list()
    tables.queues.take_parked([other], 20.0)
    assert [call.since for call in tables.queues.parked()] == [17.0]


def test_end_of_another_parked_call(tables: Tables) -> None:
    """An old event ends nothing."""
    tables.apply(parks("71"))
    late = parks("71", Event="ParkedCallGiveUp", ParkeeUniqueid="pbx-0")
    assert tables.apply(late) == []
    assert tables.apply(parks("71", Event="ParkedCallTimeOut")) == [ParkedNow(())]


def test_parked_extension(tables: Tables) -> None:
    """Nobody outside waits; the parker need not be an extension."""
    parkee = {"ParkeeChannel": "PJSIP/1002-00000005", "ParkeeCallerIDNum": "1002"}
    tables.apply(parks("71", **parkee, ParkerDialString="PJSIP/itsp"))
    (call,) = tables.queues.parked()
    assert (call.party.number, call.party.extension) == ("1002", True)
    assert (call.party.trunk, call.parked_by) == (None, None)


def test_boxes_of_extensions(tables: Tables) -> None:
    """Others are nobody's; what is not told is not known."""
    tables.queues.take_mailboxes(
        [
            {"VoiceMailbox": "1001", "VMContext": "default", "NewMessageCount": "2"},
            {"VoiceMailbox": "1002", "VMContext": "other", "NewMessageCount": "2"},
            {"VoiceMailbox": "1003", "VMContext": "default"},
        ]
    )
    assert tables.queues.mailboxes() == (Mailbox("1001", 2), Mailbox("1003", None))
    waiting = {"Event": "MessageWaiting", "Mailbox": "1003@default"}
    tables.queues.begin_list()
    assert tables.apply({**waiting, "Waiting": "0"}) == [MailboxNow(Mailbox("1003", 0))]
    tables.queues.take_mailboxes(
        [{"VoiceMailbox": "1003", "VMContext": "default", "NewMessageCount": "7"}]
    )
    assert tables.queues.mailboxes() == (Mailbox("1003", 0),)
    assert tables.apply({**waiting, "Waiting": "1"}) == [
        MailboxNow(Mailbox("1003", None))
    ]


def test_box_in_the_database_of_freepbx() -> None:
    """The context stands there, or that there is none."""
    keys = {
        "1001/cidname": "Anna",
        "1001/voicemail": "default",
        "1002/cidname": "Ben",
        "1002/voicemail": "novm",
    }
    users = [{"Key": f"/AMPUSER/{key}", "Val": value} for key, value in keys.items()]
    found = from_freepbx(users, []).extensions
    assert (found["1001"].mailbox, found["1002"].mailbox) == ("1001@default", None)


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 5000])
def test_senseless_numbers(tables: Tables, number: str) -> None:
    """Nothing breaks."""
    tables.take(entry("pbx-1", Position=number, Wait=number))
    tables.apply(joins("pbx-2", Position=number))
    tables.queues.take_parked([parks("71", ParkingDuration=number)], 1.0)
    tables.apply({"Event": "MessageWaiting", "Mailbox": "1001@default", "New": number})
    assert len(tables.callers) == 2


# -- rights

ALL = [
    *COMMANDS,
    *("ParkedCalls", "QueueAdd", "QueuePause", "QueueRemove", "QueueStatus"),
    "VoicemailUsersList",
]
OF_QUEUES = Capability.QUEUES | Capability.AGENT_LOGIN | Capability.AGENT_PAUSE
OTHERS = Capability.PARKED_CALLS | Capability.PICK_UP | Capability.VOICEMAIL


def found(lacking: Iterable[str] = (), readable: Iterable[str] = ()) -> Capability:
    """Return what a user may do of this."""
    actions = set(ALL) - set(lacking)
    can = rights.capabilities_of(actions, frozenset(readable), freepbx=True)
    return can & (OF_QUEUES | OTHERS)


def test_capabilities_follow_the_rights() -> None:
    """What would be refused is not offered; without events, queues are not known."""
    assert found() == OF_QUEUES | OTHERS
    assert found(readable=["system", "call"]) == OTHERS
    assert found(readable=["system", "call", "agent"]) == OF_QUEUES | OTHERS
    assert found(["QueueAdd"]) == found() & ~Capability.AGENT_LOGIN
    assert found(["QueuePause"]) == found() & ~Capability.AGENT_PAUSE
    assert found(["VoicemailUsersList"]) == found() & ~Capability.VOICEMAIL
    assert found(["ParkedCalls"]) == OF_QUEUES | Capability.VOICEMAIL
    assert found(["Originate"]) == found() & ~Capability.PICK_UP


# -- on the wire


@pytest.fixture
def queue_wire(wire: ManagerWire) -> ManagerWire:
    """Return a manager interface with a queue, a parked call and a box."""
    boxed = {"Key": "/AMPUSER/1001/voicemail", "Val": "default"}
    names = [
        {"Key": f"/AMPUSER/{number}/cidname", "Val": listed.name}
        for number, listed in directory().extensions.items()
    ]
    wire.answers |= {
        "ListCommands": success(**dict.fromkeys(ALL, "(Priv: all)")),
        "DBGetTree": rows("DBGetTreeResponse", *names, boxed),
        "QueueStatus": mixed_rows(PARAMS, member(), entry("pbx-1")),
        "ParkedCalls": mixed_rows(parks()),
        "VoicemailUsersList": rows(
            "VoicemailUserEntry",
            {"VoiceMailbox": "1001", "VMContext": "default", "NewMessageCount": "3"},
        ),
        **dict.fromkeys(("QueueAdd", "QueuePause", "QueueRemove"), success()),
    }
    return wire


def mixed_rows(*listed: Message) -> Answer:
    """Return an answer that is a list of rows of several kinds."""

    def answer(asked: Message) -> str:
        number = asked["ActionID"]
        parts = [message(Response="Success", ActionID=number, EventList="start")]
        parts += [message(ActionID=number, **row) for row in listed]
        parts.append(
            message(Event="ListComplete", ActionID=number, EventList="Complete")
        )
        return "".join(parts)

    return answer


@pytest.fixture
async def office(queue_wire: ManagerWire) -> AsyncGenerator[Listener]:
    """Yield a listener to it."""
    listener = Listener(queue_wire.client())
    await listener.listen()
    queue_wire.asked.clear()
    yield listener
    await listener.pbx.close()


def sent(wire: ManagerWire) -> list[dict[str, str]]:
    """Return what was sent to change something."""
    return [
        {key: value for key, value in asked.items() if key != "ActionID"}
        for asked in wire.asked
        if asked["Action"].startswith(("Queue", "Originate"))
        and asked["Action"] != "QueueStatus"
    ]


async def test_snapshot(office: Listener) -> None:
    """It has all, boxes only together with trunks."""
    snapshot = await office.pbx.snapshot()
    assert snapshot.queues is not None
    assert [described(queue) for queue in snapshot.queues] == ["700: 0123456789 | 1003"]
    assert [parked(call) for call in snapshot.parked or ()] == [
        "0123456789 at 71 by 1001"
    ]
    assert snapshot.mailboxes == (Mailbox("1001", 3),)
    assert (await office.pbx.snapshot(trunks=False)).mailboxes is None


async def test_snapshot_without_rights(queue_wire: ManagerWire) -> None:
    """What cannot be read is not known, rather than empty."""
    queue_wire.answers["ListCommands"] = success(
        **dict.fromkeys(COMMANDS, "(Priv: all)")
    )
    pbx = queue_wire.client()
    snapshot = await pbx.snapshot()
    assert (snapshot.queues, snapshot.parked, snapshot.mailboxes) == (None, None, None)
    await pbx.close()


async def test_agents_are_changed_by_their_interface(
    queue_wire: ManagerWire, office: Listener
) -> None:
    """As FreePBX names it; one who is there already is not added again."""
    await office.pbx.log_in_agent("700", "1001")
    await office.pbx.log_in_agent("700", "1003")
    await office.pbx.pause_agent("700", "1003", reason="lunch")
    await office.pbx.unpause_agent("700", "1003")
    assert sent(queue_wire) == [
        {
            "Action": "QueueAdd",
            "Queue": "700",
            "Interface": "Local/1001@from-queue/n",
            "MemberName": "Anna Berg",
            "StateInterface": "hint:1001@ext-local",
        },
        {
            "Action": "QueuePause",
            "Queue": "700",
            "Interface": ZOE,
            "Paused": "true",
            "Reason": "lunch",
        },
        {"Action": "QueuePause", "Queue": "700", "Interface": ZOE, "Paused": "false"},
    ]


async def test_agents_of_a_plain_asterisk(queue_wire: ManagerWire) -> None:
    """They are called by their phones; the box is that of the endpoint."""
    queue_wire.answers["DBGetTree"] = rows("DBGetTreeResponse")
    queue_wire.answers["ExtensionStateList"] = rows(
        "ExtensionStatus", {"Exten": "1001", "Hint": "PJSIP/1001"}
    )

    def variable(asked: Message) -> str:
        name = asked["Variable"]
        value = {"ENTITYID": "02:00", "PJSIP_ENDPOINT(1001,mailboxes)": "1001"}
        return success(Value=value.get(name, ""))(asked)

    queue_wire.answers["Getvar"] = variable
    pbx = queue_wire.client()
    snapshot = await pbx.snapshot()
    assert snapshot.mailboxes == (Mailbox("1001", 3),)
    await pbx.log_in_agent("700", "1001")
    (added,) = sent(queue_wire)
    assert (added["Interface"], added["MemberName"]) == ("PJSIP/1001", "1001")
    await pbx.close()


async def test_agent_logs_out(queue_wire: ManagerWire, office: Listener) -> None:
    """One who logged in; nothing is sent for another."""
    queue_wire.answers["QueueStatus"] = mixed_rows(
        PARAMS, member(), member("PJSIP/1002", Membership="dynamic")
    )
    await office.pbx.snapshot()
    await office.pbx.log_out_agent("700", "1002")
    assert sent(queue_wire) == [
        {"Action": "QueueRemove", "Queue": "700", "Interface": "PJSIP/1002"}
    ]
    for extension, queue, refusal in (
        ("1003", "700", Refusal.FIXED_AGENT),
        ("1004", "700", Refusal.NOT_AN_AGENT),
        ("1003", "701", Refusal.NO_SUCH_QUEUE),
        ("4711", "700", Refusal.NO_SUCH_EXTENSION),
    ):
        with pytest.raises(PbxRefused) as refused:
            await office.pbx.log_out_agent(queue, extension)
        assert refused.value.refusal is refusal
    with pytest.raises(PbxRefused) as refused:
        await office.pbx.pause_agent("700", "1004")
    assert refused.value.refusal is Refusal.NOT_AN_AGENT
    assert len(sent(queue_wire)) == 1


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("Unable to add interface to queue: No such queue", Refusal.NO_SUCH_QUEUE),
        ("Permission denied", Refusal.UNSUPPORTED),
    ],
)
async def test_agent_that_is_refused(
    queue_wire: ManagerWire, office: Listener, said: str, refusal: Refusal
) -> None:
    """What the table could not know, Asterisk says."""
    queue_wire.answers["QueueAdd"] = error(said)
    with pytest.raises(PbxRefused) as refused:
        await office.pbx.log_in_agent("700", "1001")
    assert refused.value.refusal is refusal


async def test_pick_up(queue_wire: ManagerWire, office: Listener) -> None:
    """The phone is connected with the slot, whatever its dialplan has."""

    def ring(asked: Message) -> str:
        state = message(
            Event="Newstate",
            Channel="PJSIP/1003-00000009",
            ChannelStateDesc="Ringing",
            Uniqueid=asked["ChannelId"],
        )
        return success()(asked) + state

    queue_wire.answers["Originate"] = ring
    snapshot = await office.pbx.snapshot()
    (call,) = snapshot.parked or ()
    iden = await office.pbx.pick_up(call, "1003", auto_answer=True)
    (asked,) = sent(queue_wire)
    assert asked["ChannelId"] == iden
    assert (asked["Application"], asked["Data"]) == ("ParkedCall", "default,71")
    assert asked["Channel"] == "PJSIP/1003"
    # Another one picks it up: the phone stops ringing.
    queue_wire.answers["Hangup"] = success()
    queue_wire.answers["ParkedCalls"] = mixed_rows()
    taken = parks(Event="UnParkedCall", RetrieverUniqueid="pbx-7")
    await queue_wire.say(message(**taken))
    await office.pbx.snapshot()
    assert "Hangup" in queue_wire.actions()
    with pytest.raises(PbxRefused) as refused:
        await office.pbx.pick_up(call, "1003")
    assert refused.value.refusal is Refusal.NOT_PARKED


async def test_picked_up_by_the_phone_that_was_called(
    queue_wire: ManagerWire, office: Listener
) -> None:
    """It goes on."""

    def ring(asked: Message) -> str:
        state = {"Event": "Newstate", "Channel": "PJSIP/1003-00000009"}
        iden = {"ChannelStateDesc": "Up", "Uniqueid": asked["ChannelId"]}
        return success()(asked) + message(**state, **iden)

    queue_wire.answers["Originate"] = ring
    (call,) = (await office.pbx.snapshot()).parked or ()
    iden = await office.pbx.pick_up(call, "1003")
    await queue_wire.say(
        message(**parks(Event="UnParkedCall", RetrieverUniqueid=str(iden)))
    )
    await office.pbx.snapshot()
    assert "Hangup" not in queue_wire.actions()
