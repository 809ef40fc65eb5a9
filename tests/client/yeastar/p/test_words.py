"""The objects of the P-Series' API, one by one."""

from typing import Any

import pytest

from custom_components.pbx.client import CallOutcome, Trunk, TrunkStatus
from custom_components.pbx.client.yeastar.p import words


@pytest.mark.parametrize(
    ("online", "registered"),
    [
        (None, set()),
        ({"sip_phone": 4}, set()),
        ({"sip_phone": {"status": "0"}}, set()),
        ({"sip_phone": {"status": "1"}}, {"sip"}),
        ({"sip_phone": {"status": "0", "status_list": [{"status": "1"}]}}, {"sip"}),
        ({"linkus_web": {"status": "1"}, "new": {"status": "1"}}, {"web", "new"}),
    ],
)
def test_registered_phones(online: Any, registered: set[str]) -> None:
    """Any kind of phone counts, in either of the two forms (section 3.2.1)."""
    assert words.registered_phones({"online_status": online}) == registered


def test_trunk() -> None:
    """The status is a number; one that is not documented is unknown (section 6.4)."""
    assert words.trunk({"name": " ", "status": "1"}) is None
    assert words.trunk({"name": "A", "status": "42", "type": "register"}) == Trunk(
        "A", "register", TrunkStatus.DOWN
    )
    for status in ("0", "99", None):
        assert words.trunk({"name": "A", "status": status}) == Trunk("A", None, None)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("486 Busy here", CallOutcome.BUSY),
        ("DND", CallOutcome.BUSY),
        ("603 Declined", CallOutcome.REJECTED),
        ("480 Temporatily Unavailable", CallOutcome.MISSED),
        ("NO Outbound Restrictin", CallOutcome.FAILED),
        ("", CallOutcome.FAILED),
    ],
)
def test_reason_of_a_failure(reason: str, outcome: CallOutcome) -> None:
    """The reasons begin with a SIP code or a keyword (event 30015)."""
    assert words.outcome_of_failure(reason) is outcome


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("ANSWERED", CallOutcome.ANSWERED),
        ("ANSWERD", CallOutcome.ANSWERED),
        ("no answer", CallOutcome.MISSED),
        ("NEW", None),
    ],
)
def test_outcome_of_a_record(word: str, outcome: CallOutcome | None) -> None:
    """A word that is not documented tells nothing (section 6.6)."""
    assert words.outcome_of_record(word) is outcome
