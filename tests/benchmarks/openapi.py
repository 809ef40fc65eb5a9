"""`python -m tests.benchmarks.openapi`: a simulated P-Series that sends events when asked.

A second port takes orders, a line each: `phone NUMBER WORD` sends one change of a status,
`traffic COUNT` that many of the phones that have calls. The answer is when it was sent.
"""

import argparse
import asyncio
import json
import signal
import time

from tests.simulator import SimExtension, SimTrunk
from tests.simulator.yeastar_p import PSimulator

from .recording import numbers

# Only these phones have events, however many there are.
CALLING = 20


class Orders:
    """What the benchmark asks for."""

    def __init__(self, pbx: PSimulator, count: int) -> None:
        """Initialize with nothing sent."""
        self._pbx = pbx
        self._phones = numbers(count)[:CALLING]

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry out orders, a line each."""
        while line := (await reader.readline()).decode():
            sent = time.monotonic()
            match line.split():
                case ["phone", number, word]:
                    self._send(number, word)
                case ["traffic", count]:
                    for index in range(int(count)):
                        word = ("Busy", "Idle")[index // CALLING % 2]
                        self._send(self._phones[index % CALLING], word)
                        if index % 100 == 99:
                            await asyncio.sleep(0.01)
            writer.write(f"{sent!r}\n".encode())
        writer.close()

    def _send(self, number: str, word: str) -> None:
        body = json.dumps({"extension": number, "status": word})
        event = {"type": 30008, "sn": self._pbx.serial, "msg": body}
        self._pbx.front.send(30008, json.dumps(event))


async def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "orders", "extensions"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    phones = [SimExtension(number) for number in numbers(options.extensions)]
    pbx = PSimulator(extensions=phones, trunks=[SimTrunk("itsp")])
    orders = Orders(pbx, options.extensions)
    async with (
        pbx.running(port=options.port),
        await asyncio.start_server(orders.serve, "127.0.0.1", options.orders),
    ):
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
