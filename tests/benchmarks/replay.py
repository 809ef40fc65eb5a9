"""`python -m tests.benchmarks.replay`: a PBX that only repeats recorded answers, on loopback."""

import argparse
import asyncio
from collections import Counter
import signal
from typing import override

from .recording import Recording, record

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"


class Replay:
    """Which recording is played, and what was asked."""

    def __init__(self, recordings: dict[int, Recording]) -> None:
        """Begin with the first one, and nobody on the phone."""
        self._recordings = recordings
        self._recording = next(iter(recordings.values()))
        self._picture = 0
        self._requests: Counter[str] = Counter()

    def answer(self, path: str) -> bytes:
        """Return the whole response to a request, of the API or of a benchmark."""
        match path.partition("?")[0].split("/", 3)[1:]:
            case ["api", _, endpoint]:
                self._requests[endpoint] += 1
                picture = self._recording.pictures[self._picture]
                return picture.get(endpoint) or self._recording.responses[endpoint]
            case ["show", count, which]:
                self._recording = self._recordings[int(count)]
                self._picture = int(which)
                return _plain(self._recording.token)
            case ["requests"]:
                return _plain(str(self._requests.total()))
            case _:
                return _plain("")


def _plain(text: str) -> bytes:
    """Return a response with nothing but text."""
    return OK % (len(text), text.encode())


class Connection(asyncio.Protocol):
    """One request and its response."""

    def __init__(self, replay: Replay) -> None:
        """Begin with nothing received."""
        self._replay = replay
        self._received = b""
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where the response goes."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        """Answer and close as soon as headers and body are complete."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._transport is None:
            return
        first, *headers = head.decode("latin-1").split("\r\n")
        for header in headers:
            name, _, value = header.partition(":")
            if name.lower() == "content-length" and len(body) < int(value):
                return
        self._transport.write(self._replay.answer(first.split(" ")[1]))
        self._transport.close()


async def main() -> None:
    """Listen until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--extensions", type=int, nargs="+", required=True)
    options = parser.parse_args()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    replay = Replay({count: await record(count) for count in options.extensions})
    server = await loop.create_server(
        lambda: Connection(replay), "127.0.0.1", options.port, backlog=1000
    )
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
