"""Which API versions there are, and what each of them has (reference 1.5)."""

from collections.abc import Collection

# Reference 1.5: the versions accepted unless a test says otherwise. `v1.10` is a printed
# typo for v1.1.0 which devices evidently take.
DEFAULT_VERSIONS = ("v1.0.x", "v1.1.0", "v1.10")
TYPO_VERSION = "v1.10"
V2 = "v2.0.0"
# The UC series of OpenVox has the API of 1.1.0 under this name (reference 1.6).
OPENVOX = "v0.0.1"


def expand(versions: Collection[str]) -> frozenset[str]:
    """Return the versions with `v1.0.x` written out as v1.0.0 to v1.0.9."""
    return frozenset(
        version.replace(".x", f".{patch}")
        for version in versions
        for patch in (range(10) if version.endswith(".x") else (0,))
    )


def ordered(version: str) -> tuple[int, ...]:
    """Return a version so that it can be compared."""
    if version in (TYPO_VERSION, OPENVOX):
        return 1, 1, 0
    return tuple(int(part) for part in version.removeprefix("v").split("."))
