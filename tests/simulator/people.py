"""The office that the simulator plays: who works there, and its lines."""

from .exchange import SimExtension, SimTrunk
from .exchange.extension import Forward

OFFICE_IVR = "6500"
OFFICE_QUEUE = "6700"
OFFICE_RING_GROUP = "6200"


def office_extensions() -> list[SimExtension]:
    """Return a dozen people: supervisors of every kind, agents, analogue phones, an absent one."""
    return [
        _person("1000", "Jayson Reed", monitor_mode="Extensive"),
        _person("1001", "Erwin Co"),
        _person("1002", "Amy Baker"),
        _person(
            "1003",
            "Zoë Müller",
            monitor_mode="Listen",
            no_answer_forward=Forward(on=True),
        ),
        _person("1004", "Luis Ortega", monitor_mode="Whisper", agent_id="4"),
        _person("1005", "Ingrid Solberg", monitor_mode="Extensive"),
        _person(
            "1006",
            "Tomás Silva",
            monitor_mode="Barge-in",
            busy_forward=Forward(on=True),
        ),
        _person("1007", "Mei Tanaka", allow_being_monitored=False),
        _person("1008", "Front Door", type="FXS", port="Span2-Port1", max_calls=1),
        _person("1009", "Fax Room", type="FXS", port="Span2-Port2", max_calls=1),
        _person("1010", "Home Office", registered=False),
        _person("1011", "Priya Nair", monitor_mode="Extensive", auto_answer=False),
    ]


def _person(
    number: str,
    name: str,
    *,
    allow_being_monitored: bool = True,
    monitor_mode: str = "Disabled",
    type: str = "SIP",
    port: str = "",
    max_calls: int = 2,
    registered: bool = True,
    auto_answer: bool = True,
    agent_id: str = "",
    no_answer_forward: Forward | None = None,
    busy_forward: Forward | None = None,
) -> SimExtension:
    """Return one extension with secrets of its own."""
    return SimExtension(
        number,
        name,
        type,
        port,
        registered=registered,
        auto_answer=auto_answer,
        allow_being_monitored=allow_being_monitored,
        monitor_mode=monitor_mode,
        max_calls=max_calls,
        agent_id=agent_id,
        register_password=f"Sip-{number}-xMn5W4Gs",
        login_password=f"Web-{number}-kQ8Zt3Lp",
        vm_secret=f"73{number}",
        no_answer_forward=no_answer_forward or Forward(),
        busy_forward=busy_forward or Forward(),
    )


def office_trunks() -> list[SimTrunk]:
    """Return the four lines of the sample in reference 3.7."""
    return [
        SimTrunk("DIGIT1", "E1", "Down", "Span1-Port1"),
        SimTrunk("FXO2-4", "FXO", "Fault", "Span2-Port4"),
        SimTrunk("GSM2-7", "GSM", "No SIM", "Span2-Port7"),
        SimTrunk("SIP-142", "SIP", "Registered"),
    ]
