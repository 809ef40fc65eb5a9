"""The requirement of tests on a real Asterisk: without one, skipped loudly, or failed."""

import os
import sys

import pytest

from .install import install

REQUIRED = os.environ.get("PBX_REQUIRE_ASTERISK") == "1"
LOUD = """
*******************************************************************************
*  There is no Asterisk: THE TESTS ON A REAL ONE ARE LEFT OUT.                *
*  They take it from Debian's or Ubuntu's packages; that needs no root.       *
*******************************************************************************
"""


def require_asterisk(suite: str) -> None:
    """Fetch Asterisk, or skip the test, with the reason; fail it where required."""
    try:
        install(suite)
    except (OSError, RuntimeError) as err:
        if REQUIRED:
            pytest.fail(f"PBX_REQUIRE_ASTERISK wants one: {err}")
        if sys.__stderr__ is not None:
            sys.__stderr__.write(LOUD)
        pytest.skip(str(err))
