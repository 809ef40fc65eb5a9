"""What the PBX says is true."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.demo.pbx import PbxProcess


async def extension(pbx: PbxProcess, number: str) -> dict[str, Any]:
    """Return an extension as the PBX sees it."""
    for found in (await pbx.state())["extensions"]:
        if found["number"] == number:
            return dict(found)
    raise LookupError(number)


async def monitors(pbx: PbxProcess) -> list[tuple[str, str, str, str]]:
    """Return who takes part in others' calls: how, who, in whose, whether they hear."""
    return [
        (leg["mode"], leg["supervisor"], leg["extension"], leg["state"])
        for call in (await pbx.state())["calls"]
        for leg in call["monitors"]
    ]


async def until(
    ask: Callable[[], Awaitable[object]], wanted: object, seconds: float = 15
) -> None:
    """Ask until the answer is what is wanted; say what it was if it never is."""
    try:
        async with asyncio.timeout(seconds):
            while (found := await ask()) != wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{found!r} is not {wanted!r}") from None
