"""What the reference leaves open about version 2, as named switches."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class V2Switches:
    """What the reference leaves open about version 2, or says firmware differs in."""

    refresh_tokens: bool = False
    """A login gives a refresh token too, as the Cloud does (2.4)."""
    token_of_any_version: bool = True
    """A token is good for the paths of all versions (1.5)."""
    query_call: bool = True
    """There is `extension/query_call`, which came half a year after version 2 (3.5)."""
    idle_in_calllist: bool = False
    """`extension/query_call` lists extensions without calls, too (3.5)."""
    unknown_in_query_call: Literal["10006", "omit"] = "10006"
    """An unknown extension in `extension/query_call` (3.5)."""
    byes: Literal["each", "together"] = "each"
    """Whether the end of a call is told member by member, or of all at once (5.4)."""
    byes_repeated: bool = False
    """Whether a member that hung up is told with each later change of the call (5.4)."""
    status_first: bool = False
    """ExtensionStatus comes before the CallStatus of the same change (5.4)."""
    monitor_shown: Literal["hidden", "own", "member"] = "own"
    """The supervisor's leg is in no call, in one of its own, or in the monitored one (4.5)."""
    path_when_direct: bool = False
    """`callpath` is there and blank when a call passed nothing (5.4)."""
