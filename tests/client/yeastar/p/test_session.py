"""Tokens, sockets and failures of the P-Series."""

import asyncio
import logging

import aiohttp
import pytest

from custom_components.pbx.client import (
    Address,
    ExtensionStatus,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.yeastar.p import YeastarP, is_p_series
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import Fault
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET

from .conftest import Watched, client_of, until


async def test_one_token_for_everything(sim: PSimulator, watched: Watched) -> None:
    """Reading and listening share a token, which is given back at the end."""
    await watched.read()
    assert sim.tokens.logins == sim.tokens.live == 1
    await watched.pbx.close()
    assert sim.tokens.live == 0
    assert sim.front.subscribers == []
    assert watched.lost == []


async def test_expired_token_is_refreshed(sim: PSimulator, pbx: YeastarP) -> None:
    """The request is repeated with a refreshed token, without another login."""
    await pbx.connect()
    sim.tokens.expire_access()
    await pbx.snapshot()
    assert sim.tokens.logins == 1
    sim.tokens.expire_all()
    await pbx.snapshot()
    assert sim.tokens.logins == 2


async def test_make_before_break(sim: PSimulator, pbx: YeastarP) -> None:
    """With tokens of three seconds, a call is told once across several renewals."""
    sim.api.access_lifetime = 3
    sim.api.socket_at_expiry = "closed"
    watched = Watched(pbx)
    await watched.start()
    first = sim.front.subscribers[0]
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    async with asyncio.timeout(10):
        while first in sim.front.subscribers:
            await asyncio.sleep(0.01)
    call.answer()
    await until(lambda: watched.extension("1002").status is ExtensionStatus.BUSY)
    assert watched.told("1002") == [("ringing", None), ("answered", None)]
    assert watched.lost == []
    assert len(sim.front.subscribers) == 1


async def test_wrong_credentials_are_tried_once(
    sim: PSimulator, http: aiohttp.ClientSession
) -> None:
    """Five failures would block the address for everybody behind it."""
    pbx = YeastarP(http, Address(sim.host, sim.port, tls=False), CLIENT_ID, "wrong")
    for _ in range(5):
        with pytest.raises(PbxLoginRejected):
            await pbx.connect()
    assert len(sim.front.requests) == 1


async def test_blocked_address_waits(
    sim: PSimulator, http: aiohttp.ClientSession
) -> None:
    """While the PBX blocks the address, nothing is sent."""
    for _ in range(5):
        sim.tokens.failed("127.0.0.1")
    pbx = client_of(sim, http)
    for _ in range(3):
        with pytest.raises(PbxLockedOut) as err:
            await pbx.connect()
        assert 600 < err.value.retry_after <= 660
    assert not list(sim.front.requests)


async def test_all_tokens_in_use(sim: PSimulator, pbx: YeastarP) -> None:
    """The PBX is asked again only after some minutes."""
    for _ in range(8):
        sim.tokens.new()
    for _ in range(2):
        with pytest.raises(PbxRefused) as err:
            await pbx.connect()
        assert err.value.code == 60002
    assert len(sim.front.requests) == 1


async def test_api_that_is_off(sim: PSimulator, pbx: YeastarP) -> None:
    """The user is told to turn it on."""
    sim.api.api_on = False
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.API_OFF


@pytest.mark.parametrize("kind", ["html", "json", "http_404"])
async def test_other_service(sim: PSimulator, pbx: YeastarP, kind: str) -> None:
    """A web server that is no P-Series is told apart."""
    sim.front.faults.append(Fault(kind))
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.NOT_THE_API


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("10004", Unreachable.BAD_ANSWER),
        ("html", Unreachable.BAD_ANSWER),
        ("http_502", Unreachable.BAD_ANSWER),
        ("reset", Unreachable.CANNOT_CONNECT),
    ],
)
async def test_socket_that_is_not_opened_is_a_passing_failure(
    sim: PSimulator, pbx: YeastarP, kind: str, reason: Unreachable
) -> None:
    """Such as one for a token that has just ended: it was the API at login."""
    sim.front.faults.append(Fault(kind, "subscribe"))
    watched = Watched(pbx)
    with pytest.raises(PbxUnreachable) as err:
        await watched.start()
    assert err.value.reason is reason
    assert not sim.front.subscribers
    sim.front.faults.clear()
    await watched.start()
    assert len(sim.front.subscribers) == 1


@pytest.mark.parametrize("kind", ["http_502", "reset"])
async def test_passing_failure(sim: PSimulator, pbx: YeastarP, kind: str) -> None:
    """The gateway in front of the PBX fails, and it works again later."""
    sim.front.faults.append(Fault(kind, times=1))
    with pytest.raises(PbxUnreachable):
        await pbx.connect()
    await pbx.connect()


async def test_acting_request_is_not_repeated(sim: PSimulator, pbx: YeastarP) -> None:
    """An answer that is lost may have been carried out."""
    await pbx.connect()
    sim.front.faults.append(Fault("reset", "call/dial"))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.dial("1002", "1005", outside=False)
    assert err.value.maybe_done


async def test_lost_socket_is_told_once(sim: PSimulator, watched: Watched) -> None:
    """A broken connection is told at once; it can be opened again."""
    await sim.front.cut_sockets()
    await until(lambda: watched.lost)
    assert isinstance(watched.lost[0], PbxUnreachable)
    assert len(watched.lost) == 1
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await watched.start()
    assert watched.extension("1002").status is ExtensionStatus.BUSY


async def test_pbx_that_is_gone(sim: PSimulator, watched: Watched) -> None:
    """The socket breaks, and opening another fails until the PBX is back."""
    await sim.go_offline()
    await until(lambda: watched.lost)
    with pytest.raises(PbxUnreachable) as err:
        await watched.start()
    assert err.value.reason is Unreachable.CANNOT_CONNECT
    await sim.come_back()
    await watched.start()


async def test_certificate_is_pinned(
    http: aiohttp.ClientSession, socket_enabled: None
) -> None:
    """Requests and the socket trust the pinned certificate only."""
    async with PSimulator().running(tls=True) as sim:
        address = Address(sim.host, sim.port, tls=True)
        with pytest.raises(PbxNotTrusted):
            await YeastarP(http, address, CLIENT_ID, CLIENT_SECRET).connect()
        pinned = YeastarP(
            http, address, CLIENT_ID, CLIENT_SECRET, fingerprint=sim.fingerprint
        )
        watched = Watched(pinned)
        await watched.start()
        sim.exchange.inbound("5503301", "1002", "SIP-142")
        await until(lambda: watched.extension("1002").status is ExtensionStatus.RINGING)
        await pinned.close()


async def test_no_secret_in_log_or_error(
    sim: PSimulator, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither tokens nor the client secret appear anywhere, also when all fails."""
    caplog.set_level(logging.DEBUG)
    pbx = client_of(sim, http)
    watched = Watched(pbx)
    await watched.start()
    await pbx.dial("1002", "1005", outside=False)
    texts = []
    for kind in ("http_502", "html", "reset", "10005", "10004"):
        sim.front.faults.append(Fault(kind, times=2))
        try:
            await pbx.snapshot()
        except Exception as err:  # noqa: BLE001
            chain: BaseException | None = err
            while chain is not None:
                texts.append(f"{chain!r} {chain.args}")
                chain = chain.__context__ or chain.__cause__
        sim.front.faults.clear()
    await pbx.close()
    seen = caplog.text + "".join(texts)
    assert texts
    assert not [secret for secret in sim.secrets if secret in seen]


async def test_pbx_without_a_serial_number(sim: PSimulator, pbx: YeastarP) -> None:
    """It could not be told from another."""
    sim.identity.serial = ""
    with pytest.raises(PbxUnreachable) as err:
        await pbx.connect()
    assert err.value.reason is Unreachable.BAD_ANSWER


async def test_token_that_is_refused_again_and_again(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """Two tries are enough."""
    await pbx.connect()
    sim.front.faults.append(Fault("10004", "call/query"))
    with pytest.raises(PbxUnreachable):
        await pbx.hang_up("1002")
    tried = [one for one in sim.front.requests if one.endpoint == "get_token"]
    assert len(tried) <= 3


async def test_web_server_in_place_of_the_api_later(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """It was the API before, so it is a passing failure."""
    await pbx.connect()
    sim.front.faults.append(Fault("html", "call/query"))
    with pytest.raises(PbxUnreachable):
        await pbx.hang_up("1002")
    sim.front.faults.clear()
    sim.front.faults.append(Fault("http_302", "call/query"))
    with pytest.raises(PbxWrongService):
        await pbx.hang_up("1002")


async def test_login_that_gives_no_token(sim: PSimulator, pbx: YeastarP) -> None:
    """Success without a token is no answer."""
    sim.front.faults.append(Fault("0", "get_token"))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.connect()
    assert err.value.reason is Unreachable.BAD_ANSWER


async def test_nothing_is_sent_after_the_end(sim: PSimulator, pbx: YeastarP) -> None:
    """A request that comes late does not log in again."""
    await pbx.close()
    with pytest.raises(PbxUnreachable):
        await pbx.connect()
    assert not list(sim.front.requests)


async def test_list_without_data_and_list_that_ends_early(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """A list that is cut off is not complete: nobody is removed for it."""
    sim.front.faults.append(Fault("60001", "trunk/list"))
    sim.front.faults.append(Fault("10005", "extension_status_monitor/list"))
    snapshot = await pbx.snapshot()
    assert snapshot.complete
    assert snapshot.trunks == ()
    # What may not be reported is read often.
    assert snapshot.again_soon
    sim.front.faults.append(Fault("10005", "extension/list"))
    with pytest.raises(PbxRefused):
        await pbx.snapshot()
    sim.front.faults.clear()
    sim.api.max_page_size = 0
    assert not (await pbx.snapshot()).complete


async def test_probe_tells_the_api_from_others(
    sim: PSimulator, http: aiohttp.ClientSession
) -> None:
    """Without a login, and without an answer it is not this API."""
    address = Address(sim.host, sim.port, tls=False)
    assert await is_p_series(http, address)
    for kind in ("html", "json"):
        sim.front.faults.append(Fault(kind, times=1))
        assert not await is_p_series(http, address)
    await sim.go_offline()
    assert not await is_p_series(http, address)
    assert not sim.tokens.issued
