"""The whole way without a browser, over the interfaces the frontend uses."""

from hashlib import md5

import pytest

from tests.demo.process import StageError

from .conftest import Stage

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_add_whisper_remove(stage: Stage) -> None:
    """From the config flow to the whispering supervisor, and away again."""
    home_assistant, pbx = stage.home_assistant, stage.pbx
    entry_id = await home_assistant.add_pbx(stage.form)
    extensions = (await pbx.state())["extensions"]
    await home_assistant.wait_for_states(len(extensions))

    await pbx.control("POST", "/calls", {"from": "1001", "to": "1002", "answer": True})
    answer = await home_assistant.rest(
        "POST",
        "/api/services/pbx/whisper?return_response",
        {"whisperer": "1005", "whispered": "1002"},
    )
    assert answer["service_response"] == {
        "call_id": None,
        "whisperer": "1005",
        "whispered": "1002",
    }
    (call,) = (await pbx.state())["calls"]
    (leg,) = call["monitors"]
    assert (leg["mode"], leg["supervisor"], leg["extension"]) == (
        "whisper",
        "1005",
        "1002",
    )

    with pytest.raises(StageError):
        await home_assistant.rest(
            "POST",
            "/api/services/pbx/whisper",
            {"whisperer": "1005", "whispered": "1002", "nonsense": 1},
        )
    await home_assistant.rest("DELETE", f"/api/config/config_entries/entry/{entry_id}")
    assert (await pbx.state())["sessions"] == 0

    assert stage.complaints() == []
    for secret in (pbx.password, md5(pbx.password.encode()).hexdigest()):
        assert secret not in stage.log()
