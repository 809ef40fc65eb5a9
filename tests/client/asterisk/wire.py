"""A scripted manager interface: it sends, byte for byte, what a test needs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import md5
import ssl
from typing import Self

from custom_components.pbx.client import Address
from custom_components.pbx.client.asterisk import Asterisk
from tests.asterisk.office import EXTENSIONS

USER, SECRET = "operator", "a-secret-that-nobody-may-see"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CHALLENGE = "171789901"
COMMANDS = [
    "CoreSettings",
    "CoreShowChannels",
    "DBDel",
    "DBGetTree",
    "DBPut",
    "DeviceStateList",
    "Getvar",
    "Hangup",
    "ListCommands",
    "MuteAudio",
    "Originate",
    "Redirect",
    "Setvar",
]

type Fields = Mapping[str, str]
type Answer = Callable[[Fields], str]


def message(**fields: str) -> str:
    """Return a message in the format of AMI."""
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()) + "\r\n"


def rows(event: str, *listed: Fields) -> Answer:
    """Return an answer that is a list of rows."""

    def answer(asked: Fields) -> str:
        number = asked["ActionID"]
        parts = [message(Response="Success", ActionID=number, EventList="start")]
        parts += [message(Event=event, ActionID=number, **row) for row in listed]
        end = {"EventList": "Complete", "ListItems": str(len(listed))}
        parts.append(message(Event=f"{event}Complete", ActionID=number, **end))
        return "".join(parts)

    return answer


def success(**fields: str) -> Answer:
    """Return an answer that reports success."""
    return lambda asked: message(
        Response="Success", ActionID=asked["ActionID"], **fields
    )


def error(text: str) -> Answer:
    """Return an answer that refuses the action."""
    return lambda asked: message(
        Response="Error", ActionID=asked["ActionID"], Message=text
    )


def nothing(asked: Fields) -> str:
    """Send no answer."""
    return ""


class ManagerWire:
    """A manager interface that checks the secret and answers actions from `answers`."""

    def __init__(self, *, banner: bytes = BANNER, booted: bool = True) -> None:
        """Initialize an idle PBX with the extensions of the rig."""
        self.banner = banner
        self.booted = booted
        self.asked: list[Fields] = []
        self.connections = 0
        self.address = Address("", 0, tls=False)
        self._writers: list[asyncio.StreamWriter] = []
        self._serving: set[asyncio.Task[None]] = set()
        self.answers: dict[str, Answer] = {
            "Challenge": success(Challenge=CHALLENGE),
            "Login": self._log_in,
            "Ping": success(Ping="Pong"),
            "Logoff": lambda asked: message(
                Response="Goodbye", ActionID=asked["ActionID"]
            ),
            "ListCommands": success(**dict.fromkeys(COMMANDS, "(Priv: all)")),
            "CoreSettings": success(
                AMIversion="11.0.0", AsteriskVersion="22.10.1", SystemName="pbx"
            ),
            "Getvar": success(Value="02:fc:00:00:00:01"),
            "DBGetTree": self._tree,
            "DeviceStateList": rows(
                "DeviceStateChange",
                *(
                    {"Device": f"PJSIP/{number}", "State": "NOT_INUSE"}
                    for number in EXTENSIONS
                ),
            ),
            "CoreShowChannels": rows("CoreShowChannel"),
            "PJSIPShowRegistrationsOutbound": error("No outbound registrations found"),
        }

    def client(self, **options: str) -> Asterisk:
        """Return a client that has sent nothing yet."""
        return Asterisk(self.address, USER, SECRET, fingerprint=options.get("pin"))

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Self]:
        """Listen on a port until the end of the context."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        self.address = Address("127.0.0.1", port, tls=tls is not None)
        try:
            yield self
        finally:
            server.close()
            self.drop()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await server.wait_closed()

    async def say(self, data: bytes | str) -> None:
        """Send data to all connected clients, as fast as they read it."""
        raw = data.encode() if isinstance(data, str) else data
        for writer in self._writers:
            writer.write(raw)
            await writer.drain()

    async def until_left(self) -> None:
        """Wait until all clients have disconnected."""
        await asyncio.gather(*self._serving)

    def drop(self) -> None:
        """Close all connections at once."""
        for writer in self._writers:
            writer.transport.abort()

    def actions(self) -> list[str]:
        """Return the names of the received actions, the oldest first."""
        return [asked["Action"] for asked in self.asked]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        self._writers.append(writer)
        try:
            writer.write(self.banner)
            while raw := await reader.readuntil(b"\r\n\r\n"):
                lines = raw.decode().strip().split("\r\n")
                asked = dict(line.split(": ", 1) for line in lines if ": " in line)
                self.asked.append(asked)
                answer = self.answers.get(
                    asked["Action"], error("Invalid/unknown command")
                )
                writer.write(answer(asked).encode())
        except asyncio.IncompleteReadError, OSError:
            pass
        finally:
            writer.close()

    def _log_in(self, asked: Fields) -> str:
        """Answer a login, refused without the right secret."""
        key = md5((CHALLENGE + SECRET).encode()).hexdigest()
        if (asked["Username"], asked["Key"]) != (USER, key):
            return error("Authentication failed")(asked)
        answer = success(Message="Authentication accepted")(asked)
        return answer + (message(Event="FullyBooted") if self.booted else "")

    def _tree(self, asked: Fields) -> str:
        """Answer with the AstDB keys of the extensions that FreePBX stores."""
        listed = []
        if asked["Family"] == "AMPUSER":
            listed = [
                {"Key": f"/AMPUSER/{number}/cidname", "Val": name}
                for number, (name, _, _) in EXTENSIONS.items()
            ]
        return rows("DBGetTreeResponse", *listed)(asked)
