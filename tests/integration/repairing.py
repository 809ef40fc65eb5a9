"""Repairs as the dashboard mends them."""

from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.helpers import issue_registry as ir

from custom_components.pbx.const import DOMAIN

type Client = TestClient[Any, Any]


async def start(client: Client, found: ir.IssueEntry) -> dict[str, Any]:
    """Open the repair."""
    answer = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": found.issue_id},
    )
    assert answer.status == HTTPStatus.OK
    result: dict[str, Any] = await answer.json()
    return result


async def submit(client: Client, flow: dict[str, Any]) -> dict[str, Any]:
    """Press the button."""
    answer = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert answer.status == HTTPStatus.OK
    result: dict[str, Any] = await answer.json()
    return result
