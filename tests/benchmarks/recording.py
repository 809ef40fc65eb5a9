"""What the simulated PBX answers, recorded once, so that replaying it costs next to nothing."""

from dataclasses import dataclass
from hashlib import md5
import json

from tests.simulator import SimExtension, Simulator
from tests.simulator.yeastar_s.answers import HEADERS, encode

VERSION = "v1.1.0"
SERIAL = "369362089179"
USERNAME = "api"
TRUNK = "SIP-142"
FIRST_NUMBER = 10000
WHISPER = "extension/whisper"
EXTENSION_LIST = "extensionlist/query"
SETTINGS = "extension/query"
# So many extensions' settings are in each answer, whoever was asked for.
SETTINGS_EACH = 50
# What every poll asks, and what it asks besides when that was 55 s ago.
POLL = ("inbound/query", "outbound/query", EXTENSION_LIST)
SLOW_POLL = (*POLL, "trunklist/query")


def numbers(count: int) -> list[str]:
    """Return the numbers of that many extensions."""
    return [str(FIRST_NUMBER + index) for index in range(count)]


def callers(count: int) -> list[str]:
    """Return the extensions that phone in one of two lists: 1 % of them, at least one."""
    return numbers(count)[1::100]


def whisper_body(count: int) -> dict[str, str]:
    """Return the body that lets the last extension whisper to the first that phones."""
    return {"whisperer": numbers(count)[-1], "whisperedext": callers(count)[0]}


@dataclass(frozen=True)
class Recording:
    """Whole responses of a PBX by endpoint: always the same, or by whether somebody phones."""

    token: str
    responses: dict[str, bytes]
    pictures: tuple[dict[str, bytes], dict[str, bytes]]


async def record(count: int) -> Recording:
    """Ask a simulator with that many extensions everything once."""
    simulator = Simulator(
        serial=SERIAL,
        username=USERNAME,
        extensions=[
            SimExtension(
                number,
                f"Person {number}",
                registered=index % 20 != 2,
                monitor_mode="Extensive",
                allow_being_monitored=True,
            )
            for index, number in enumerate(numbers(count))
        ],
    )
    async with simulator.running():
        credentials = {
            "username": USERNAME,
            "password": md5(simulator.password.encode()).hexdigest(),
            "version": "1.0.2",
        }
        token = json.loads(_ask(simulator, "login", credentials))["token"]
        idle = _picture(simulator, token)
        for number in callers(count):
            simulator.outbound(number, "5503301", TRUNK, answer=True)
        phoning = _picture(simulator, token)
        responses = {
            endpoint: _response(_ask(simulator, endpoint, body, token))
            for endpoint, body in (
                ("login", credentials),
                ("deviceinfo/query", {}),
                ("heartbeat", {"ipaddr": "127.0.0.1", "port": "8260"}),
                (WHISPER, whisper_body(count)),
                (SETTINGS, {"extid": ",".join(numbers(count)[:SETTINGS_EACH])}),
                ("logout", {}),
            )
        }
    return Recording(token, responses, (idle, phoning))


def _picture(simulator: Simulator, token: str) -> dict[str, bytes]:
    """Return the responses to what a poll asks."""
    return {
        endpoint: _response(_ask(simulator, endpoint, {}, token))
        for endpoint in SLOW_POLL
    }


def _ask(
    simulator: Simulator, endpoint: str, body: dict[str, str], token: str = ""
) -> bytes:
    """Return the body of the answer to a request that has to succeed."""
    query = {"token": token} if token else {}
    answer = simulator.pbx.answer(
        "POST", VERSION, endpoint, query, json.dumps(body).encode(), "127.0.0.1"
    )
    if not isinstance(answer, dict) or answer["status"] != "Success":
        raise RuntimeError(f"The simulator refused {endpoint}: {answer}")
    return encode(answer).encode()


def _response(body: bytes) -> bytes:
    """Return the response with this body as the device sends it."""
    headers = HEADERS | {"Connection": "close", "Content-Length": str(len(body))}
    lines = [
        "HTTP/1.1 200 OK",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
