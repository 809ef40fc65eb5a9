"""A minimal AMI connection for the rig, which shares no code with the client."""

from collections.abc import Callable
import itertools
import socket
import threading
import time
from typing import Any

Message = dict[str, str]


class Failed(Exception):
    """An expected message that did not arrive."""


class Ami:
    """An AMI connection that keeps its `messages` in order, with their times."""

    def __init__(
        self,
        port: int,
        user: str,
        secret: str,
        messages: list[tuple[float, Message]] | None = None,
    ) -> None:
        """Connect and log in."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._stream = self._socket.makefile("rb")
        self.banner = self._stream.readline().decode().strip()
        self._socket.settimeout(None)
        self.messages: list[tuple[float, Message]] = (
            [] if messages is None else messages
        )
        self._news = threading.Condition()
        self._ids = itertools.count(1)
        self.closed = False
        threading.Thread(target=self._read, daemon=True).start()
        self.action("Login", Username=user, Secret=secret)

    def _read(self) -> None:
        message: Message = {}
        try:
            for raw in self._stream:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if line:
                    key, _, value = line.partition(": ")
                    key = key.rstrip(":")
                    # A key may come several times: Output, Variable, ChanVariable.
                    message[key] = (
                        f"{message[key]}\n{value}" if key in message else value
                    )
                elif message:
                    with self._news:
                        self.messages.append((time.monotonic(), message))
                        self._news.notify_all()
                    message = {}
        except OSError:
            pass
        with self._news:
            self.closed = True
            self._news.notify_all()

    def wait(
        self, wanted: Callable[[Message], bool], seconds: float = 10, since: int = 0
    ) -> Message:
        """Return the first wanted message, starting with number `since`."""
        until = time.monotonic() + seconds
        with self._news:
            while True:
                for _, message in self.messages[since:]:
                    if wanted(message):
                        return message
                since = len(self.messages)
                rest = until - time.monotonic()
                if self.closed or rest <= 0:
                    raise Failed("AMI closed" if self.closed else "not seen in time")
                self._news.wait(rest)

    def event(
        self, name: str, since: int = 0, seconds: float = 10, **fields: str
    ) -> Message:
        """Wait for an event with these fields."""
        try:
            return self.wait(
                lambda m: (
                    m.get("Event") == name
                    and all(m.get(k) == v for k, v in fields.items())
                ),
                seconds,
                since,
            )
        except Failed as err:
            raise Failed(f"{name} {fields}: {err}") from None

    def action(
        self, name: str, /, *, check: bool = True, **fields: Any
    ) -> list[Message]:
        """Send an action; return its response, and the rows of a list."""
        action_id = f"rig-{next(self._ids)}"
        lines = [f"Action: {name}", f"ActionID: {action_id}"]
        for key, value in fields.items():
            parts = value if isinstance(value, list) else [value]
            lines += [f"{key}: {part}" for part in parts]
        since = len(self.messages)
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = self.wait(
            lambda m: m.get("ActionID") == action_id and "Response" in m, since=since
        )
        if check and answer["Response"] == "Error":
            raise Failed(f"{name}: {answer.get('Message')}")
        if answer.get("EventList") != "start":
            return [answer]
        self.wait(
            lambda m: (
                m.get("ActionID") == action_id and m.get("EventList") == "Complete"
            ),
            since=since,
        )
        return [m for _, m in self.messages[since:] if m.get("ActionID") == action_id]

    def rows(self, name: str, /, **fields: Any) -> list[Message]:
        """Return the rows of a list."""
        return self.action(name, **fields)[1:-1]

    def forget(self) -> None:
        """Drop all messages so far; must not be called while one is awaited."""
        with self._news:
            self.messages.clear()

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()
