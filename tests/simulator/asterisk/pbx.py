"""The simulated Asterisk as a whole: an exchange, its channels, its manager interface."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tests.simulator.clock import Clock, SystemClock
from tests.simulator.exchange import Exchange, SimExtension, SimTrunk
from tests.simulator.exchange.events import Booted, Event, SettingsChanged
from tests.simulator.people import office_extensions
from tests.simulator.switches import Switches
from tests.simulator.telephony import Telephony

from .channels import Channels, Fields
from .manager import ACTIONS, Session, Write
from .switches import AsteriskSwitches

RIGHTS = frozenset({"system", "call", "agent", "cdr", "reporting", "originate"})
RECENT_ACTIONS = 10_000


class SimulatedAsterisk(Telephony):
    """An Asterisk that behaves as the reference says; without a socket of its own.

    A connection is a `Session` from `connect`; `listening` gives it a TCP port. What
    happens is sent once `told` is called, or the loop goes on.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        switches: Switches | None = None,
        asterisk: AsteriskSwitches | None = None,
        extensions: Iterable[SimExtension] | None = None,
        trunks: Iterable[SimTrunk] | None = None,
    ) -> None:
        """Initialize with the people of the office, where no others are named."""
        switches = switches or Switches()
        self.asterisk = asterisk or AsteriskSwitches()
        exchange = Exchange(
            clock or SystemClock(),
            switches,
            office_extensions() if extensions is None else extensions,
            [SimTrunk("itsp")] if trunks is None else trunks,
        )
        exchange.older_call_stays = True
        super().__init__(exchange.clock, switches, exchange)
        self.name = "pbx"
        self.entity_id = "02:fc:00:00:00:01"
        self.username = "operator"
        self.secret = "Ami-Secret-2026-zq8"
        self.rights = RIGHTS
        self.booted = True
        self.sessions: list[Session] = []
        self.actions: deque[dict[str, str]] = deque(maxlen=RECENT_ACTIONS)
        # Called with the name of each action before it is carried out.
        self.asked: Callable[[str], object] = lambda action: None
        self._closing: dict[Session, Callable[[], None]] = {}
        self._forwards: dict[str, dict[str, str]] = {"CF": {}, "CFB": {}, "CFU": {}}
        self.channels = Channels(exchange, self.asterisk, self.send)
        exchange.listeners.append(self._happened)

    # -- the wire

    def connect(self, write: Write, close: Callable[[], None]) -> Session:
        """Return the session of a new connection."""
        session = Session(self, write)
        self.sessions.append(session)
        self._closing[session] = close
        return session

    def disconnected(self, session: Session) -> None:
        """Forget a connection that is over."""
        session.over = True
        if session in self.sessions:
            self.sessions.remove(session)
            del self._closing[session]

    def hang_up_on(self, session: Session) -> None:
        """Close a connection."""
        close = self._closing.get(session)
        self.disconnected(session)
        if close is not None:
            close()

    def hang_up_on_all(self) -> None:
        """Close all connections, as a PBX does that stops."""
        for session in list(self.sessions):
            self.hang_up_on(session)

    def told(self) -> None:
        """Send all that has happened."""
        self.channels.look()

    def send(self, kind: str, name: str, fields: Fields) -> None:
        """Send an event of a class to all who asked for it."""
        if not self.sessions:
            return
        head = {"Event": name, "Privilege": f"{kind},all"}
        if self.asterisk.timestamps:
            head["Timestamp"] = f"{self.clock.now():.6f}"
        raw = self.encode({**head, **fields})
        for session in list(self.sessions):
            session.send(kind, raw)

    def encode(self, fields: Mapping[str, str]) -> bytes:
        """Return a message in the format of AMI."""
        bare = self.asterisk.blank_values == "bare"
        return "".join(
            f"{key}:\r\n" if bare and not value else f"{key}: {value}\r\n"
            for key, value in fields.items()
        ).encode() + (b"\r\n")

    def logged_in(self, session: Session) -> None:
        """Tell a client that everything is loaded, once it is."""
        if self.booted and "system" in self.rights:
            raw = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": "11"}
            session.send(
                "system", self.encode({**raw, "LastReload": "11", "Status": "Booted"})
            )

    def permitted(self, *, logged_in: bool) -> Collection[str]:
        """Return the actions that are permitted, in lower case."""
        if not logged_in:
            return ("challenge", "login", "logoff")
        return {
            action.lower()
            for action, classes in ACTIONS.items()
            if not classes or self.rights.intersection(classes)
        }

    # -- what it knows

    @property
    def secrets(self) -> set[str]:
        """Return everything that must never leak."""
        found = {self.secret, *map(self.trunk_secret, self.trunks)}
        for extension in self.extensions.values():
            found |= {extension.register_password, extension.vm_secret}
        return {secret for secret in found if len(secret) > 5}

    def trunk_secret(self, name: str) -> str:
        """Return the password of a trunk's registration."""
        return f"Trunk-{name}-pW9xk"

    def database(self, family: str) -> dict[str, str]:
        """Return the keys and values of a family of AstDB (section 7)."""
        if family == "DND":
            return {number: "YES" for number, one in self.extensions.items() if one.dnd}
        if not self.asterisk.freepbx:
            return {}
        if family == "AMPUSER":
            return {
                f"{number}/{key}": value
                for number, one in self.extensions.items()
                for key, value in (
                    ("cidname", one.name),
                    ("cidnum", number),
                    ("device", number),
                    ("voicemail", "default"),
                    ("ringtimer", one.ring_timeout),
                )
            }
        if family == "DEVICE":
            return {f"{number}/dial": f"PJSIP/{number}" for number in self.extensions}
        return dict(self._forwards.get(family, {}))

    def store(self, family: str, key: str, value: str | None) -> bool:
        """Write or delete a key of AstDB; return whether it was there."""
        if family == "DND":
            extension = self.extensions[key]
            before, extension.dnd = extension.dnd, value is not None
            return before
        keys = self._forwards.setdefault(family, {})
        before = key in keys
        keys.pop(key, None)
        if value is not None:
            keys[key] = value
        return before

    def lamps(self) -> dict[str, str]:
        """Return the states of the devices that show do not disturb."""
        return {
            f"Custom:DND{number}": "BUSY" if extension.dnd else "NOT_INUSE"
            for number, extension in self.extensions.items()
        }

    def set_lamp(self, device: str, state: str) -> None:
        """Tell the state of a device that a program sets."""
        self.send("call", "DeviceStateChange", {"Device": device, "State": state})

    def registrations(self) -> Iterator[dict[str, str]]:
        """Iterate over the trunks that register: those of type SIP (section 3)."""
        for name, trunk in self.trunks.items():
            if trunk.type == "SIP":
                yield {
                    "ObjectName": name,
                    **self._uris(name),
                    "Status": "Registered" if trunk.usable else "Unregistered",
                    "NextReg": "47",
                }

    def _uris(self, name: str) -> dict[str, str]:
        return {
            "ClientUri": f"sip:pbx@{name}.invalid",
            "ServerUri": f"sip:{name}.invalid",
        }

    def can_be_dialled(self, number: str) -> bool:
        """Return whether the dialplan has an extension for a number."""
        try:
            self.exchange.check_destination(number)
        except LookupError:
            return False
        return True

    # -- the administrator

    def set_trunk_status(self, name: str, status: str) -> None:
        """Change the registration of a trunk, and tell."""
        trunk = self.trunks[name]
        if trunk.status == status:
            return
        trunk.status = status
        if trunk.type == "SIP":
            uris = self._uris(name)
            fields = {
                "ChannelType": "PJSIP",
                "Username": uris["ClientUri"],
                "Domain": uris["ServerUri"],
                "Status": "Registered" if trunk.usable else "Unregistered",
            }
            self.send("system", "Registry", fields)
        self.channels.look()

    def restart(self) -> None:
        """Start anew: all calls and connections are gone."""
        self.exchange.restart()

    def _happened(self, event: Event) -> None:
        match event:
            case Booted():
                self.hang_up_on_all()
            case SettingsChanged(operation="update", name=name) if (
                name in self.extensions
            ):
                self.set_lamp(f"Custom:DND{name}", self.lamps()[f"Custom:DND{name}"])
                self._reload()
            case SettingsChanged():
                self._reload()

    def _reload(self) -> None:
        """Tell that the configuration was applied (section 5)."""
        self.channels.look()
        self.send("system", "Reload", {"Module": "All", "Status": "0"})
