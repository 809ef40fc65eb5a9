"""`python -m tests.benchmarks.manager`: a manager interface that replays events at a rate.

A second port takes orders, a line each: `phone NUMBER STATE` sends one change of a device,
`traffic RATE COUNT` that many events of recorded calls. The answer is when it was sent.
"""

import argparse
import asyncio
import signal
import time

from tests.simulator import SimExtension, SimTrunk
from tests.simulator.asterisk import AsteriskSwitches, SimulatedAsterisk
from tests.simulator.asterisk.server import ManagerServer
from tests.simulator.clock import AlarmClock

from .recording import numbers

# Only these phones have calls, however many there are.
CALLING = 20
# Seconds of the day in which calls are recorded, and how many events at least.
RECORDED = 25_000
TICK = 0.01


def office(count: int, *, noise: bool) -> SimulatedAsterisk:
    """Return a PBX with that many extensions; nothing of it happens by itself."""
    return SimulatedAsterisk(
        AlarmClock(time.time()),
        asterisk=AsteriskSwitches(noise=noise),
        extensions=[SimExtension(number) for number in numbers(count)],
        trunks=[SimTrunk("itsp")],
    )


def record() -> list[bytes]:
    """Return the events of many calls: dialled, answered, held, ended."""
    sent: list[bytes] = []
    pbx = office(CALLING, noise=True)
    session = pbx.connect(sent.append, lambda: None)
    session.classes = frozenset({"system", "call", "cdr", "agent"})
    sent.clear()
    phones = numbers(CALLING)
    turn = 0
    while len(sent) < RECORDED:
        caller, callee = phones[turn % CALLING], phones[(turn + 7) % CALLING]
        turn += 1
        if turn % 3:
            call = pbx.call(caller, callee)
        else:
            call = pbx.inbound("0123456789", callee, "itsp")
        pbx.told()
        call.answer()
        pbx.told()
        if turn % 4 == 0:
            call.hold()
            pbx.told()
            call.unhold()
            pbx.told()
        call.hang_up()
        pbx.told()
    return sent


class Orders:
    """What the benchmark asks for."""

    def __init__(self, server: ManagerServer, traffic: list[bytes]) -> None:
        """Initialize with nothing sent."""
        self._server = server
        self._traffic = traffic
        self._place = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry out orders, a line each."""
        while line := (await reader.readline()).decode():
            match line.split():
                case ["phone", number, state]:
                    event = f"Device: PJSIP/{number}\r\nState: {state}\r\n\r\n"
                    sent = time.monotonic()
                    self._send(
                        b"Event: DeviceStateChange\r\nPrivilege: call,all\r\n"
                        + event.encode()
                    )
                case ["traffic", rate, count]:
                    sent = await self._replay(float(rate), int(count))
            writer.write(f"{sent!r}\n".encode())
        writer.close()

    def _send(self, data: bytes) -> None:
        for connection in self._server.connections:
            if connection.session is not None and connection.session.classes:
                connection.write(data)

    async def _replay(self, rate: float, count: int) -> float:
        begun, sent = time.monotonic(), 0
        while sent < count:
            due = min(count, int((time.monotonic() - begun) * rate) + 1)
            if due > sent:
                place = self._place
                self._place = (place + due - sent) % len(self._traffic)
                self._send(b"".join(self._traffic[place : place + due - sent]))
                sent = due
            await asyncio.sleep(min(TICK, 1 / rate))
        return begun


async def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "orders", "extensions", "calls"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    pbx = office(options.extensions, noise=False)
    phones = numbers(options.extensions)
    for index in range(options.calls):
        pbx.inbound("0123456789", phones[-1 - index], "itsp").answer()
        pbx.told()
    server = ManagerServer(pbx)
    await server.open(options.port)
    orders = Orders(server, record())
    async with await asyncio.start_server(orders.serve, "127.0.0.1", options.orders):
        await stopped.wait()
    await server.close()


if __name__ == "__main__":
    asyncio.run(main())
