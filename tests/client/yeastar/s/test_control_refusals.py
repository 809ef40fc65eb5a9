"""Whatever acts: what the PBX refuses, what got lost, and that it is never repeated."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from custom_components.pbx.client import (
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    Refusal,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import BAD_ANSWERS, endpoints
from tests.simulator import Fault, SimTrunk, Simulator

from .acting import ACTS


@pytest.fixture
def lively(connected: YeastarS, sim: Simulator) -> YeastarS:
    """Return a client of a PBX that has a mobile trunk."""
    sim.trunks["GSM2-7"] = SimTrunk("GSM2-7", "GSM", "Idle")
    return connected


@pytest.mark.parametrize("endpoint", ACTS)
@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (10004, Refusal.MISSING_PARAMETER),
        (10006, Refusal.NO_SUCH_EXTENSION),
        (10007, Refusal.NOT_IN_CALL),
        (10024, Refusal.OUTBOUND_FORBIDDEN),
        (30001, Refusal.INTERNAL_ERROR),
    ],
)
async def test_refusals_are_told_and_not_repeated(
    lively: YeastarS, sim: Simulator, endpoint: str, code: int, refusal: Refusal
) -> None:
    """Not even an internal failure: some of it may have been done."""
    sim.faults.add(Fault(kind="errno", errno=code))
    with pytest.raises(PbxRefused) as err:
        await ACTS[endpoint](lively)
    assert (err.value.code, err.value.refusal) == (code, refusal)
    assert endpoints(sim) == [endpoint]


@pytest.mark.parametrize("endpoint", ACTS)
@pytest.mark.parametrize("kind", [*BAD_ANSWERS, "reset"])
async def test_lost_answer_leaves_open_what_was_done(
    lively: YeastarS, sim: Simulator, endpoint: str, kind: str
) -> None:
    """Never repeated; the caller learns that it may have been done."""
    sim.faults.add(Fault(kind=kind, carried_out=True))
    with pytest.raises(PbxUnreachable) as err:
        await ACTS[endpoint](lively)
    assert err.value.maybe_done
    assert endpoints(sim) == [endpoint]


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize("endpoint", ["extension/dial_outbound", "extension/update"])
async def test_request_without_an_answer_may_have_been_carried_out(
    lively: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """The request was sent."""
    sim.faults.add(Fault(kind="hang"))
    with pytest.raises(PbxUnreachable) as err:
        await ACTS[endpoint](lively)
    assert err.value.reason is Unreachable.TIMED_OUT
    assert err.value.maybe_done
    assert endpoints(sim) == [endpoint]


@pytest.mark.parametrize("endpoint", ACTS)
async def test_unreachable_pbx_did_certainly_nothing(
    lively: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """No connection came about."""
    await sim.go_offline()
    with pytest.raises(PbxUnreachable) as err:
        await ACTS[endpoint](lively)
    assert not err.value.maybe_done


@pytest.mark.parametrize("endpoint", ACTS)
async def test_dead_token_is_replaced_and_the_request_sent_again(
    lively: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """The PBX did nothing with the first one."""
    sim.expire_tokens()
    # Nobody talks on this PBX.
    with suppress(PbxRefused):
        await ACTS[endpoint](lively)
    assert endpoints(sim) == [endpoint, "login", endpoint]


@pytest.mark.parametrize("endpoint", ACTS)
async def test_wrong_password_stops_before_anything_is_done(
    pbx: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """The login is the only request."""
    sim.password = "Another-Secret-77"
    with pytest.raises(PbxLoginRejected):
        await ACTS[endpoint](pbx)
    assert endpoints(sim) == ["login"]


def _nothing(sim: Simulator) -> None:
    """Leave it as it is."""


def _forbid(sim: Simulator) -> None:
    sim.extensions["1001"].may_dial_out = False


@pytest.mark.parametrize(
    ("prepare", "endpoint", "code"),
    [
        (_nothing, "extension/hangup", 10007),
        (_nothing, "extension/hold", 10007),
        (_nothing, "extension/unhold", 10007),
        (_nothing, "extension/mute", 10007),
        (_nothing, "extension/unmute", 10007),
        (_nothing, "inbound/accept", 10007),
        (_nothing, "inbound/refuse", 10007),
        (_forbid, "extension/dial_outbound", 10024),
        (_forbid, "outbound/playprompt", 10024),
        (lambda sim: sim.remove_extension("1002"), "extension/dial_extension", 10006),
        (lambda sim: sim.remove_extension("1001"), "extension/dial_outbound", 10006),
        (lambda sim: sim.remove_extension("1001"), "extension/playprompt", 10006),
        (lambda sim: sim.remove_extension("1001"), "extension/update", 10006),
        (lambda sim: sim.exchange.prompts.clear(), "extension/playprompt", 10023),
        (lambda sim: sim.exchange.prompts.clear(), "outbound/playprompt", 10023),
        (lambda sim: sim.trunks.clear(), "sms/send", 10026),
        (lambda sim: sim.set_trunk_status("GSM2-7", "No SIM"), "sms/send", 10027),
    ],
)
async def test_each_refusal_for_a_real_reason(
    lively: YeastarS,
    sim: Simulator,
    prepare: Callable[[Simulator], None],
    endpoint: str,
    code: int,
) -> None:
    """What the PBX says is what is raised."""
    prepare(sim)
    with pytest.raises(PbxRefused) as err:
        await ACTS[endpoint](lively)
    assert err.value.code == code
    assert err.value.refusal is not Refusal.UNKNOWN
    assert endpoints(sim) == [endpoint]
    assert not sim.calls
