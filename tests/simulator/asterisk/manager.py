"""The manager interface (AMI): its line protocol and its actions (reference, section 1)."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import md5
from typing import TYPE_CHECKING

from tests.simulator.chance import Chance
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.exchange.monitoring import MonitorMode

from .channels import STATES, Channel

if TYPE_CHECKING:
    from .pbx import SimulatedAsterisk

type Fields = Mapping[str, str]
type Write = Callable[[bytes], None]

END = b"\r\n\r\n"
MAX_LINE = 1020
CHALLENGE = "171789901"
BANNERS = {"16": "5.0.4", "22": "11.0.0"}
RELEASES = {"16": "16.28.0~dfsg-0+deb11u4", "22": "22.10.1+dfsg+~cs6.15.60671435-1"}
# What a user may do without any right (section 2).
FREE = ("Challenge", "ListCommands", "Login", "Logoff", "Ping", "QueueStatus")
SPIES: Mapping[str, MonitorMode] = {
    "qESu": "listen",
    "qwESu": "whisper",
    "qBESu": "barge_in",
}


class ManagerError(Exception):
    """An action that is refused; its text is what Asterisk says (section 1)."""


class Session:
    """One connection to the manager interface."""

    def __init__(self, pbx: SimulatedAsterisk, write: Write) -> None:
        """Greet the client."""
        self._pbx = pbx
        self._write = write
        self._received = b""
        self.classes: frozenset[str] = frozenset()
        self.over = False
        write(
            f"Asterisk Call Manager/{BANNERS[pbx.asterisk.version]}\r\n".encode("ascii")
        )

    def receive(self, data: bytes) -> None:
        """Carry out the actions in the received bytes, one after the other."""
        *messages, self._received = (self._received + data).split(END)
        for message in messages:
            fields: dict[str, str] = {}
            variables = []
            for line in message.decode().split("\r\n"):
                if len(line) > MAX_LINE:
                    self._answer({}, "Error", Message="Failed to parse message")
                key, _, value = line.partition(":")
                if key.lower() == "variable":
                    variables.append(value.strip())
                fields[key.title()] = value.strip()
            self._pbx.actions.append(dict(fields))
            self._pbx.asked(fields.get("Action", ""))
            self._do(fields)

    def send(self, kind: str, raw: bytes) -> None:
        """Send an event of a class, if the client asked for that class."""
        if kind in self.classes and not self.over:
            self._write(raw)

    def _answer(self, asked: Fields, response: str, **fields: str) -> None:
        found = {"Response": response}
        if "Actionid" in asked:
            found["ActionID"] = asked["Actionid"]
        self._write(self._pbx.encode({**found, **fields}))

    def _rows(self, asked: Fields, event: str, rows: Iterable[Fields]) -> None:
        """Send a list: its rows have the id of the action, and no class.

        A row of another kind than `event` names it.
        """
        own = {"ActionID": asked["Actionid"]} if "Actionid" in asked else {}
        self._answer(asked, "Success", EventList="start", Message="List will follow")
        listed = list(rows)
        if self._pbx.asterisk.shuffled_rows:
            Chance(str(len(self._pbx.actions))).shuffle(listed)
        end = {
            "Event": f"{event}Complete",
            **own,
            "EventList": "Complete",
            "ListItems": str(len(listed)),
        }
        encoded = [self._pbx.encode({"Event": event, **own, **row}) for row in listed]
        self._write(b"".join((*encoded, self._pbx.encode(end))))

    def _do(self, asked: Fields) -> None:
        action = asked.get("Action", "")
        name = action.lower()
        if name not in self._pbx.permitted(logged_in=bool(self.classes)):
            known = {one.lower() for one in ACTIONS}
            text = (
                "Permission denied"
                if name in known
                else f"Invalid/unknown command: {action}. Use Action: ListCommands to "
                "show available commands."
            )
            self._answer(asked, "Error", Message=text)
            return
        try:
            getattr(self, f"_on_{name}")(asked)
        except ManagerError as error:
            self._answer(asked, "Error", Message=str(error))
        self._pbx.channels.look()

    # -- the session

    def _on_challenge(self, asked: Fields) -> None:
        self._answer(asked, "Success", Challenge=CHALLENGE)

    def _on_login(self, asked: Fields) -> None:
        right = md5((CHALLENGE + self._pbx.secret).encode()).hexdigest()
        if (asked.get("Username"), asked.get("Key")) != (self._pbx.username, right):
            self._answer(asked, "Error", Message="Authentication failed")
            self.over = True
            self._pbx.hang_up_on(self)
            return
        self.classes = frozenset(asked.get("Events", "all").split(","))
        self._answer(asked, "Success", Message="Authentication accepted")
        self._pbx.logged_in(self)

    def _on_logoff(self, asked: Fields) -> None:
        self._answer(asked, "Goodbye", Message="Thanks for all the fish.")
        self.over = True
        self._pbx.hang_up_on(self)

    def _on_ping(self, asked: Fields) -> None:
        now = self._pbx.clock.now()
        self._answer(asked, "Success", Ping="Pong", Timestamp=f"{now:.6f}")

    def _on_listcommands(self, asked: Fields) -> None:
        may = self._pbx.permitted(logged_in=True)
        texts = {
            action: f"Does it.  (Priv: {','.join((*kinds, 'all'))})"
            for action, kinds in ACTIONS.items()
            if action.lower() in may
        }
        self._answer(asked, "Success", **texts)

    # -- reading

    def _on_coresettings(self, asked: Fields) -> None:
        version = self._pbx.asterisk.version
        self._answer(
            asked,
            "Success",
            AMIversion=BANNERS[version],
            AsteriskVersion=RELEASES[version],
            SystemName=self._pbx.name,
            CoreCDRenabled="Yes",
        )

    def _on_coreshowchannels(self, asked: Fields) -> None:
        self._rows(
            asked, "CoreShowChannel", map(self._row, list(self._pbx.channels.all()))
        )

    def _row(self, channel: Channel) -> dict[str, str]:
        lasted = int(self._pbx.clock.now() - channel.begun)
        return {
            "Channel": channel.name,
            "ChannelState": STATES[channel.state],
            "ChannelStateDesc": channel.state,
            "CallerIDNum": channel.number or "<unknown>",
            "ConnectedLineNum": "<unknown>",
            "Context": channel.context,
            "Exten": channel.exten,
            "Uniqueid": channel.unique,
            "Linkedid": channel.linked,
            "Application": channel.application or "AppDial",
            "ApplicationData": channel.data or "(Outgoing Line)",
            "Duration": f"{lasted // 3600:02}:{lasted // 60 % 60:02}:{lasted % 60:02}",
            "BridgeId": channel.bridge.unique if channel.bridge else "",
        }

    def _on_devicestatelist(self, asked: Fields) -> None:
        states = {**self._pbx.channels.device_states(), **self._pbx.lamps()}
        self._rows(
            asked,
            "DeviceStateChange",
            ({"Device": device, "State": state} for device, state in states.items()),
        )

    def _on_extensionstatelist(self, asked: Fields) -> None:
        self._rows(
            asked,
            "ExtensionStatus",
            (
                {
                    "Exten": number,
                    "Context": "ext-local",
                    "Hint": f"PJSIP/{number}&Custom:DND{number},CustomPresence:{number}",
                    "Status": "0",
                }
                for number in self._pbx.extensions
            ),
        )

    def _on_dbgettree(self, asked: Fields) -> None:
        family = asked.get("Family", "")
        self._rows(
            asked,
            "DBGetTreeResponse",
            (
                {"Key": f"/{family}/{key}", "Val": value}
                for key, value in self._pbx.database(family).items()
            ),
        )

    def _on_getvar(self, asked: Fields) -> None:
        name = asked.get("Variable", "")
        value = ""
        if name == "ENTITYID":
            value = self._pbx.entity_id
        elif name == "CHANNEL(onhold)":
            channel = self._pbx.channels.named(asked.get("Channel", ""))
            if channel is None:
                raise ManagerError("No such channel")
            value = "1" if self._pbx.channels.on_hold(channel) else "0"
        elif name.startswith("PJSIP_ENDPOINT("):
            number, _, what = name[15:-1].partition(",")
            extension = self._pbx.extensions.get(number)
            if extension is not None and what == "callerid":
                value = f'"{extension.name}" <{number}>'
            elif extension is not None and what == "context":
                value = "from-internal"
        elif name.startswith("DIALPLAN_EXISTS("):
            _, number, *_ = name[16:-1].split(",")
            value = "1" if self._pbx.can_be_dialled(number) else "0"
        self._answer(asked, "Success", Variable=name, Value=value)

    def _on_pjsipshowregistrationsoutbound(self, asked: Fields) -> None:
        registrations = list(self._pbx.registrations())
        if not registrations:
            raise ManagerError("No outbound registrations found")
        own = {"ActionID": asked["Actionid"]} if "Actionid" in asked else {}
        self._answer(asked, "Success", EventList="start")
        for row in registrations:
            self._write(
                self._pbx.encode({"Event": "OutboundRegistrationDetail", **own, **row})
            )
            secret = self._pbx.trunk_secret(row["ObjectName"])
            detail = {"Event": "AuthDetail", **own, "Password": secret}
            self._write(self._pbx.encode(detail))
        end = {"Event": "OutboundRegistrationDetailComplete", **own}
        self._write(
            self._pbx.encode(
                {**end, "EventList": "Complete", "ListItems": str(len(registrations))}
            )
        )

    def _on_queuestatus(self, asked: Fields) -> None:
        self._rows(asked, "QueueStatus", self._pbx.channels.waiting.rows())

    def _on_parkedcalls(self, asked: Fields) -> None:
        waiting = self._pbx.channels.waiting
        self._rows(asked, "ParkedCall", map(waiting.about_parked, waiting.parked))

    def _on_voicemailuserslist(self, asked: Fields) -> None:
        unread = self._pbx.channels.waiting.unread
        self._rows(
            asked,
            "VoicemailUserEntry",
            (
                {
                    "VMContext": "default",
                    "VoiceMailbox": number,
                    "Email": "somebody@example.invalid",
                    "NewMessageCount": str(unread.get(number, 0)),
                }
                for number in self._pbx.extensions
            ),
        )

    # -- agents

    def _agent(self, asked: Fields) -> tuple[list[str], str]:
        """Return the agents of a queue, and the number of the one who is meant."""
        number = asked.get("Interface", "").partition("/")[2].partition("@")[0]
        agents = self._pbx.exchange.queues.get(asked.get("Queue", ""))
        if agents is None:
            raise ManagerError("Unable to add interface to queue: No such queue")
        return agents, number

    def _on_queueadd(self, asked: Fields) -> None:
        agents, number = self._agent(asked)
        if number in agents:
            raise ManagerError("Unable to add interface: Already there")
        queue = asked["Queue"]
        agents.append(number)
        self._pbx.channels.waiting.dynamic.add((queue, number))
        self._answer(asked, "Success", Message="Added interface to queue")
        self._pbx.channels.waiting.tell_member("QueueMemberAdded", queue, number)
        self._pbx.exchange.became_free(number)

    def _on_queueremove(self, asked: Fields) -> None:
        agents, number = self._agent(asked)
        waiting, queue = self._pbx.channels.waiting, asked["Queue"]
        if number not in agents:
            raise ManagerError("Unable to remove interface: Not there")
        if (queue, number) not in waiting.dynamic:
            raise ManagerError("Member not dynamic")
        waiting.tell_member("QueueMemberRemoved", queue, number)
        agents.remove(number)
        waiting.dynamic.remove((queue, number))
        self._pbx.exchange.paused.discard((queue, number))
        self._answer(asked, "Success", Message="Removed interface from queue")

    def _on_queuepause(self, asked: Fields) -> None:
        agents, number = self._agent(asked)
        if number not in agents:
            raise ManagerError("Interface not found")
        exchange, agent = self._pbx.exchange, (asked["Queue"], number)
        if asked.get("Paused") == "true":
            exchange.paused.add(agent)
        else:
            exchange.paused.discard(agent)
        self._answer(asked, "Success", Message="Interface paused successfully")
        self._pbx.channels.waiting.tell_member("QueueMemberPause", *agent)
        exchange.became_free(number)

    # -- acting

    def _channel(self, asked: Fields) -> Channel:
        channel = self._pbx.channels.named(asked.get("Channel", ""))
        if channel is None or channel.leg is None:
            raise ManagerError("No such channel")
        return channel

    def _on_originate(self, asked: Fields) -> None:
        number = asked.get("Channel", "").partition("/")[2]
        if asked.get("Application") == "ParkedCall":
            self._answer(asked, "Success", Message="Originate successfully queued")
            self._pbx.exchange.fetch(number, asked["Data"].partition(",")[2])
            return
        if number not in self._pbx.extensions:
            self._answer(asked, "Success", Message="Originate successfully queued")
            self._originated(asked, "Failure", "0")
            return
        chosen = asked.get("Channelid", "")
        exchange = self._pbx.exchange
        phone = exchange.extensions[number]
        reachable = phone.registered and (
            len(exchange.legs_of(number)) < phone.max_calls
        )
        exten = asked.get("Exten", "")
        if asked.get("Application") != "ChanSpy" and not self._pbx.can_be_dialled(
            exten
        ):
            raise ManagerError("Extension does not exist.")
        self._answer(asked, "Success", Message="Originate successfully queued")
        if not reachable:
            self._originated(asked, "Failure", "0")
            return
        self._pbx.channels.chosen[exchange.next_leg_id] = chosen
        if asked.get("Application") == "ChanSpy":
            unique, _, options = asked.get("Data", "").partition(",")
            spied = self._pbx.channels.named(unique)
            if spied is not None and spied.leg is not None:
                exchange.monitor(SPIES[options], number, spied.leg.number)
        else:
            exchange.dial(number, exten, pick_up="Variable" in asked)

    def _originated(self, asked: Fields, response: str, reason: str) -> None:
        fields = {
            "Response": response,
            "Channel": asked.get("Channel", ""),
            "Reason": reason,
            "Uniqueid": asked.get("Channelid", "<unknown>"),
        }
        self._pbx.send("call", "OriginateResponse", fields)

    def _on_hangup(self, asked: Fields) -> None:
        channel = self._channel(asked)
        self._answer(asked, "Success", Message="Channel Hungup")
        assert channel.leg is not None
        self._pbx.exchange.hang_up_leg(channel.leg)

    def _on_redirect(self, asked: Fields) -> None:
        channel = self._channel(asked)
        assert channel.leg is not None
        call = self._pbx.exchange.calls[channel.leg.call_id]
        other = call.other(channel.leg)
        self._answer(asked, "Success", Message="Redirect successful")
        try:
            call.transfer(asked["Exten"], by=other.number if other else None)
        except ExchangeError:
            self._pbx.exchange.hang_up_leg(channel.leg)

    def _on_muteaudio(self, asked: Fields) -> None:
        channel = self._channel(asked)
        assert channel.leg is not None
        channel.leg.muted = asked.get("State") == "on"
        self._answer(asked, "Success")

    def _on_dbput(self, asked: Fields) -> None:
        self._pbx.store(asked["Family"], asked["Key"], asked["Val"])
        self._answer(asked, "Success", Message="Updated database successfully")

    def _on_dbdel(self, asked: Fields) -> None:
        if not self._pbx.store(asked["Family"], asked["Key"], None):
            raise ManagerError("Database entry could not be deleted")
        self._answer(asked, "Success", Message="Key deleted successfully")

    def _on_setvar(self, asked: Fields) -> None:
        name = asked.get("Variable", "")
        if name.startswith("DEVICE_STATE("):
            self._pbx.set_lamp(name[13:-1], asked.get("Value", ""))
        self._answer(asked, "Success", Message="Variable Set")


# The actions, and the classes of which a user needs one (section 2).
ACTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FREE, ()),
    **dict.fromkeys(
        (
            *("CoreSettings", "CoreShowChannels", "DeviceStateList", "DBGetTree"),
            *("ExtensionStateList", "Getvar", "PJSIPShowRegistrationsOutbound"),
        ),
        ("reporting",),
    ),
    **dict.fromkeys(("Hangup", "ParkedCalls", "Redirect", "Setvar"), ("call",)),
    **dict.fromkeys(("QueueAdd", "QueuePause", "QueueRemove"), ("agent",)),
    "VoicemailUsersList": ("reporting", "call"),
    **dict.fromkeys(("DBPut", "DBDel", "MuteAudio"), ("system",)),
    "Originate": ("originate",),
}
