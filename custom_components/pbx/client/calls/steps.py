"""The steps of a call: pure functions that return the call after the step."""

from dataclasses import replace
from typing import Final

from ..model import CallDirection, CallOutcome, Party, PartyState
from .call import CONNECTED, Leg, TrackedCall

# The progress of a party in a call, which never decreases.
_PROGRESS: Final = {
    PartyState.UNKNOWN: 0,
    PartyState.RINGING: 0,
    PartyState.DIALING: 0,
    PartyState.TALKING: 1,
    PartyState.HELD: 1,
    PartyState.GONE: 2,
}


def sit(call: TrackedCall, party: Party, now: float) -> TrackedCall:
    """Add a party to a call, or advance the state of a known party.

    A party that has left the call stays absent.
    """
    key = call.key_of(party)
    leg = call.legs.get(key)
    if leg is None:
        return _with(call, key, _new_leg(call, key, party, now))
    known = leg.party
    learned = Party(
        known.number,
        known.extension,
        known.state,
        party.caller if known.caller is None else known.caller,
        known.trunk or party.trunk,
        known.leg or party.leg,
    )
    if learned != known:
        leg = replace(leg, party=learned)
    if (
        leg.present
        and party.state is not PartyState.GONE
        and _goes_on(learned, party.state)
    ):
        leg = _in_state(leg, party.state, now)
    return call if leg is call.legs[key] else _with(call, key, leg)


def _new_leg(call: TrackedCall, key: str, party: Party, now: float) -> Leg:
    """Return the leg of a party that is new in the call."""
    role = _role_of(call, key, party)
    state = party.state
    if role is not party.caller:
        if state is PartyState.DIALING and role is False:
            state = PartyState.RINGING
        party = replace(party, caller=role, state=state)
    return Leg(
        party,
        now,
        now,
        answered_at=now if state in CONNECTED else None,
        exact=state not in CONNECTED,
        left_at=now if state is PartyState.GONE else None,
    )


def _in_state(leg: Leg, state: PartyState, now: float) -> Leg:
    """Return a leg whose party is in another state than before."""
    answered, exact = leg.answered_at, leg.exact
    if answered is None and state in CONNECTED:
        answered, exact = now, leg.state is not PartyState.UNKNOWN
    party = replace(leg.party, state=state)
    return replace(leg, party=party, state_since=now, answered_at=answered, exact=exact)


def _role_of(call: TrackedCall, key: str, party: Party) -> bool | None:
    """Return whether a party is the caller: a call has one, all others are callees."""
    others = [leg.party for other, leg in call.legs.items() if other != key]
    if any(other.caller for other in others):
        return False
    # An outside party that is not the caller is a callee.
    if party.caller is None and any(not other.extension for other in others):
        return True
    return party.caller


def _goes_on(party: Party, state: PartyState) -> bool:
    """Return whether a party may advance to a state, which is no step back."""
    before = party.state
    if state is before or state is PartyState.UNKNOWN:
        return False
    if before is PartyState.UNKNOWN:
        return True
    if _PROGRESS[state] < _PROGRESS[before] or state is PartyState.RINGING:
        return False
    return state is not PartyState.DIALING or party.caller is not False


def set_state(
    call: TrackedCall, key: str, state: PartyState, now: float
) -> TrackedCall:
    """Set the state of a party, regardless of its previous state."""
    leg = call.legs[key]
    if leg.state is state:
        return call
    return _with(call, key, _in_state(leg, state, now))


def answered(
    call: TrackedCall, key: str, at: float, *, exact: bool = True
) -> TrackedCall:
    """Set the time at which the leg of a party was answered."""
    leg = call.legs[key]
    talks = leg.state is PartyState.TALKING
    since = min(at, leg.state_since) if talks else leg.state_since
    leg = replace(leg, answered_at=at, exact=exact, state_since=since)
    return _with(call, key, leg)


def leave(
    call: TrackedCall,
    key: str,
    now: float,
    due: float | None,
    outcome: CallOutcome | None = None,
) -> TrackedCall:
    """Mark a party as gone; the end of its leg is emitted when it is due."""
    leg = call.legs[key]
    left = replace(
        leg,
        party=replace(leg.party, state=PartyState.GONE),
        left_at=now,
        met=leg.met or call.met_by(leg),
        outcome=outcome or leg.outcome,
        due=due,
    )
    return _with(call, key, left)


def depart(call: TrackedCall, key: str, now: float, wait: float) -> TrackedCall:
    """Mark a party as gone.

    The end of its leg waits for the end of the call if the party never talked.
    """
    talked = call.legs[key].answered_at is not None
    return leave(call, key, now, now + wait if talked else None)


def come_back(call: TrackedCall, key: str) -> TrackedCall:
    """Restore a party that was wrongly marked as gone."""
    leg = call.legs[key]
    if leg.answered_at is not None:
        state = PartyState.TALKING
    else:
        state = PartyState.DIALING if leg.party.caller else PartyState.RINGING
    party = replace(leg.party, state=state)
    back = replace(leg, party=party, left_at=None, met=None, outcome=None, due=None)
    return _with(call, key, replace(back, told=False))


def again(call: TrackedCall, party: Party, now: float) -> TrackedCall:
    """Add a returning party to the call it had left, with a new leg."""
    key = call.key_of(party)
    before = call.legs[key]
    legs = {other: leg for other, leg in call.legs.items() if other != key}
    call = replace(call, legs=legs)
    leg = _new_leg(call, key, party, now)
    return _with(call, key, replace(leg, part=before.part + 1))


def close(call: TrackedCall, now: float, by: str | None, wait: float) -> TrackedCall:
    """End a call for all parties; the ends of their legs are emitted after a wait."""
    present = [key for key, leg in call.legs.items() if leg.present]
    last = present or list(call.legs)
    legs = dict(call.legs)
    for key in last:
        leg = legs[key]
        legs[key] = replace(leg, met=leg.met or call.met_by(leg))
    for key, leg in legs.items():
        if leg.told:
            continue
        if leg.present:
            party = replace(leg.party, state=PartyState.GONE)
            legs[key] = replace(leg, party=party, left_at=now, due=now + wait)
        elif leg.due is None:
            legs[key] = replace(leg, due=now + wait)
    return replace(call, legs=legs, last=tuple(last), ended_at=now, ended_by=by)


def reopen(call: TrackedCall) -> TrackedCall:
    """Mark an ended call as live again; its parties stay gone."""
    return replace(call, ended_at=None, ended_by=None, released=False)


def hurry(call: TrackedCall, now: float) -> TrackedCall:
    """Make all ends of legs due now, as no further information is expected."""
    return replace(
        call,
        legs={
            key: leg if leg.present or leg.told else replace(leg, due=now)
            for key, leg in call.legs.items()
        },
    )


def learn(
    call: TrackedCall,
    direction: CallDirection | None,
    dialed: str | None = None,
    via: str | None = None,
) -> TrackedCall:
    """Add a direction, dialed number, and ring group or queue not known before."""
    known = call.direction
    if known is None or (
        # An inbound call that is passed on to an outside party stays inbound.
        known is CallDirection.INTERNAL and direction is not None
    ):
        known = direction
    dialed, via = call.dialed or dialed, call.via or via
    if (known, dialed, via) == (call.direction, call.dialed, call.via):
        return call
    return replace(call, direction=known, dialed=dialed, via=via)


def _with(call: TrackedCall, key: str, leg: Leg) -> TrackedCall:
    """Set the leg with a key."""
    return replace(call, legs={**call.legs, key: leg})
