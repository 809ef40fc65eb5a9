"""The control page and its JSON: what a person, or a test in another process, does to the PBX."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.simulator.device import Device
from tests.simulator.exchange import SimCall, SimExtension
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.exchange.extension import MONITOR_MODES

from .office import Office
from .state import call_state, extension_state, state_of, trunk_state
from .wires import view_of

PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
BODY_LIMIT = 1 << 16
EXTENSION_FLAGS = ("allow_being_monitored", "auto_answer", "dnd", "malfunction")

type Act = Callable[[SimCall, str | None], None]

CALL_ACTS: dict[str, Act] = {
    "answer": SimCall.answer,
    "reject": SimCall.reject,
    "hold": SimCall.hold,
    "unhold": SimCall.unhold,
    "hangup": SimCall.hang_up,
}


@web.middleware
async def plain_errors(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> web.StreamResponse:
    """Say in JSON what went wrong."""
    try:
        return await handler(request)
    except LookupError as err:
        return web.json_response({"error": f"Not found: {err}"}, status=404)
    except ExchangeError as err:
        return web.json_response({"error": str(err)}, status=409)
    except (ValueError, TypeError) as err:
        return web.json_response({"error": str(err)}, status=400)


class Control:
    """Serves the control page of one simulator."""

    def __init__(self, simulator: Device, office: Office) -> None:
        """Control a simulator and its office."""
        self._simulator = simulator
        self._office = office
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one."""
        app = web.Application(middlewares=[plain_errors], client_max_size=BODY_LIMIT)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/state", self._state),
                web.get("/requests", self._requests),
                web.post("/calls", self._call),
                web.post("/calls/{call_id}/{act}", self._act),
                web.post("/extensions/{number}", self._change),
                web.put("/extensions/{number}", self._create),
                web.delete("/extensions/{number}", self._delete),
                web.post("/pick_up/{number}", self._pick_up),
                web.post("/trunks/{name}", self._change_trunk),
                web.post("/restart", self._restart),
                web.post("/network", self._network),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
                web.post("/office", self._run_office),
                web.post("/office/scenes/{name}", self._play_scene),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, reuse_address=True).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(state_of(self._simulator, self._office.running))

    async def _requests(self, request: web.Request) -> web.Response:
        return web.json_response(view_of(self._simulator).requests())

    async def _call(self, request: web.Request) -> web.Response:
        """Place the call that the two numbers mean."""
        body = await _body(request)
        caller, callee = str(body["from"]), str(body["to"])
        trunk = None if body.get("trunk") is None else str(body["trunk"])
        answer = body.get("answer") is True
        simulator = self._simulator
        if caller not in simulator.extensions:
            call = simulator.inbound(caller, callee, trunk, answer)
        elif trunk is None:
            call = simulator.call(caller, callee, answer)
        else:
            call = simulator.outbound(caller, callee, trunk, answer)
        return web.json_response(call_state(call))

    async def _act(self, request: web.Request) -> web.Response:
        """Do something with a call, from one end if `by` names it."""
        body = await _body(request)
        call = self._simulator.calls[request.match_info["call_id"]]
        by = None if body.get("by") is None else str(body["by"])
        act = request.match_info["act"]
        if act == "transfer":
            call.transfer(str(body["to"]), by)
        else:
            CALL_ACTS[act](call, by)
        return web.json_response(call_state(call))

    async def _change(self, request: web.Request) -> web.Response:
        """Change what the body names of an extension."""
        body = await _body(request)
        extension = self._simulator.extensions[request.match_info["number"]]
        changes = {flag: body[flag] for flag in EXTENSION_FLAGS if flag in body}
        flags = [*changes.values(), body.get("registered", True)]
        if not all(isinstance(flag, bool) for flag in flags):
            raise ValueError("Flags are true or false")
        if "monitor_mode" in body:
            if body["monitor_mode"] not in MONITOR_MODES:
                raise ValueError(f"monitor_mode is one of {', '.join(MONITOR_MODES)}")
            changes["monitor_mode"] = body["monitor_mode"]
        for name, value in changes.items():
            setattr(extension, name, value)
        if "name" in body or changes:
            name = str(body.get("name", extension.name))
            self._simulator.rename_extension(extension.number, name)
        if "registered" in body:
            self._simulator.set_registered(extension.number, body["registered"])
        self._simulator.exchange.state_changed(extension.number)
        return web.json_response(extension_state(self._simulator, extension))

    async def _create(self, request: web.Request) -> web.Response:
        body = await _body(request)
        number = request.match_info["number"]
        if not number.isdigit() or number in self._simulator.extensions:
            raise ValueError(f"Not a new number: {number}")
        extension = SimExtension(number, str(body.get("name", "")))
        self._simulator.add_extension(extension)
        return web.json_response(
            extension_state(self._simulator, extension), status=201
        )

    async def _delete(self, request: web.Request) -> web.Response:
        self._simulator.remove_extension(request.match_info["number"])
        return web.json_response({})

    async def _pick_up(self, request: web.Request) -> web.Response:
        self._simulator.pick_up(request.match_info["number"])
        return web.json_response({})

    async def _change_trunk(self, request: web.Request) -> web.Response:
        """Show another word for a trunk; nothing is reported (reference 5.3)."""
        name, status = request.match_info["name"], (await _body(request))["status"]
        if not isinstance(status, str) or not status:
            raise ValueError("The status is a word of reference 6.2")
        self._simulator.set_trunk_status(name, status)
        return web.json_response(trunk_state(self._simulator.trunks[name]))

    async def _restart(self, request: web.Request) -> web.Response:
        self._simulator.restart()
        return web.json_response({})

    async def _network(self, request: web.Request) -> web.Response:
        if (await _body(request))["up"]:
            await self._simulator.come_back()
        else:
            await self._simulator.go_offline()
        return web.json_response({"up": self._simulator.online})

    async def _add_fault(self, request: web.Request) -> web.Response:
        view_of(self._simulator).add_fault(await _body(request))
        return web.json_response({})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        view_of(self._simulator).clear_faults()
        return web.json_response({})

    async def _run_office(self, request: web.Request) -> web.Response:
        if (await _body(request))["running"]:
            self._office.open()
        else:
            await self._office.close()
        return web.json_response({"running": self._office.running})

    async def _play_scene(self, request: web.Request) -> web.Response:
        """Begin a scene, any of its variants unless `variant` names one."""
        name, variant = (
            request.match_info["name"],
            (await _body(request)).get("variant"),
        )
        played = self._office.play(name, None if variant is None else str(variant))
        return web.json_response({"scene": name, "variant": played})


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object that was sent, an empty one for nothing."""
    text = await request.text()
    body = json.loads(text) if text.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("The body is a JSON object")
    return body
