"""Every error code of the reference's section 7 means something."""

import pytest

from custom_components.pbx.client import (
    MonitorMode,
    PbxLockedOut,
    PbxRefused,
    PbxUnreachable,
    Refusal,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.simulator import Fault, Simulator

# Written down again from the reference, not taken from the code.
MEANINGS: dict[Refusal, tuple[int, ...]] = {
    Refusal.BAD_REQUEST: (
        *(10002, 20000, 20001, 20007, 20008, 20011, 20013),
        *(20015, 20016, 20017, 20019, 20020),
    ),
    Refusal.UNSUPPORTED: (10003, 20009),
    Refusal.MISSING_PARAMETER: (10004, 10028, 10030),
    Refusal.NO_SUCH_EXTENSION: (10006,),
    Refusal.NOT_IN_CALL: (10005, 10007),
    Refusal.NOT_IDLE: (10008,),
    Refusal.MONITORING_FORBIDDEN: (10009,),
    Refusal.MONITOR_MODE_MISMATCH: (10010,),
    Refusal.NO_SUCH_NUMBER: (10011, 10031),
    Refusal.NO_SUCH_DESTINATION: (10012, 10013, 10014, 10110),
    Refusal.NOT_CONNECTED: (10015,),
    Refusal.TOO_LATE: (10016,),
    Refusal.SETTINGS_REJECTED: (
        *(10017, 10018, 10019, 10020, 10022, 10032, 10033),
        *(code for code in range(10042, 10083) if code not in (10062, 10072)),
    ),
    Refusal.NOT_FOUND: (
        *(10021, 10023, 10062, 10072),
        *(20012, 20014, 20018, 20021),
    ),
    Refusal.OUTBOUND_FORBIDDEN: (10024,),
    Refusal.TOO_OFTEN: (10025,),
    Refusal.TRUNK_UNAVAILABLE: (10026, 10027),
    Refusal.INTERNAL_ERROR: (10029, 20010, 30001, 30003),
    # They exist, but what they mean is not documented; or they do not exist.
    Refusal.UNKNOWN: (10001, *range(10034, 10042), *range(10083, 10110), 31337, -1),
}


@pytest.mark.parametrize(
    ("code", "refusal"),
    [(code, refusal) for refusal, codes in MEANINGS.items() for code in codes],
)
async def test_every_code_is_a_refusal_with_its_number(
    connected: YeastarS, sim: Simulator, code: int, refusal: Refusal
) -> None:
    """The number is kept, also of codes nobody documented."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/whisper", errno=code))
    with pytest.raises(PbxRefused) as err:
        await connected.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert (err.value.refusal, err.value.code) == (refusal, code)
    assert len(sim.requests_to("extension/whisper")) == 1


def test_no_refusal_is_left_over() -> None:
    """Each is what some code means, but for those of other systems and of the client."""
    assert set(MEANINGS) == set(Refusal) - {
        Refusal.FIXED_AGENT,
        Refusal.NOT_AN_AGENT,
        Refusal.NOT_PARKED,
        Refusal.NO_SUCH_QUEUE,
        Refusal.TOO_MUCH,
    }


@pytest.mark.parametrize("errno", ["", "none", None, [], {"code": 1}, "1" * 5000])
async def test_failure_without_a_usable_code_is_an_unknown_refusal(
    connected: YeastarS, sim: Simulator, errno: object
) -> None:
    """The reference, section 1.3: `errno` may be missing."""
    sim.faults.add(
        Fault(kind="rewrite", rewrite=lambda _: {"status": "Failed", "errno": errno})
    )
    with pytest.raises(PbxRefused) as err:
        await connected.snapshot()
    assert (err.value.refusal, err.value.code) == (Refusal.UNKNOWN, None)


@pytest.mark.parametrize("status", ["Failure", "success", "SUCCESS", "", None, 1, True])
async def test_only_the_exact_word_is_success(
    connected: YeastarS, sim: Simulator, status: object
) -> None:
    """`Failed`, `Failure` or anything else is a failure (1.3)."""
    sim.faults.add(
        Fault(kind="rewrite", rewrite=lambda answer: {**answer, "status": status})
    )
    with pytest.raises(PbxRefused):
        await connected.snapshot()


async def test_code_may_come_as_a_number(connected: YeastarS, sim: Simulator) -> None:
    """A string is documented; nothing depends on it."""
    sim.faults.add(
        Fault(kind="rewrite", rewrite=lambda _: {"status": "Failed", "errno": 10008})
    )
    with pytest.raises(PbxRefused) as err:
        await connected.snapshot()
    assert err.value.code == 10008


async def test_codes_of_the_session_are_no_refusals(
    connected: YeastarS, sim: Simulator
) -> None:
    """They mean a lock-out, or a session that cannot be held."""
    sim.faults.add(Fault(kind="errno", endpoint="extensionlist/query", errno=20004))
    with pytest.raises(PbxUnreachable) as err:
        await connected.snapshot()
    assert err.value.reason is Unreachable.BAD_ANSWER

    sim.faults.clear()
    sim.faults.add(Fault(kind="errno", endpoint="extensionlist/query", errno=20002))
    with pytest.raises(PbxLockedOut):
        await connected.snapshot()
