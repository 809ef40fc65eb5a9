"""The languages besides English, and what is noticed of them."""

import json
import shutil

import pytest

from .breaking import Break, broken, drop, put, reverse
from .checks import problems
from .repository import Repository

NAME = "translations/de.json"
ERROR = ("config", "error")
MESSAGE = ("services", "send_sms", "fields", "message")
STATE = ("entity", "sensor", "extension_status", "state")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop(*ERROR, "unknown"), "config.error.unknown is not translated"),
        (drop("conditions"), "conditions.pbx_is_connected.name is not translated"),
        (put(*ERROR, "more", value="Mehr"), "config.error.more translates nothing"),
        (put("more", value={}), "more translates nothing"),
        (reverse, "the keys are in another order"),
        (put(*ERROR, "unknown", value=""), "unknown is empty"),
        (put(*ERROR, "unknown", value=3), "unknown is not a text"),
        (put(*ERROR, "unknown", value="Fehler. "), "begins or ends with a space"),
        (put(*ERROR, "unknown", value="Ein <b>Fehler</b>."), "has HTML in it"),
        (put(*ERROR, "unknown", value="Fehler {."), "has unbalanced braces"),
        (put(*ERROR, "unknown", value="{address}."), "unknown has other placeholders"),
        (
            put(*ERROR, "timed_out", value="Zu spät."),
            "timed_out has other placeholders",
        ),
        (put(*ERROR, "unknown", value="Ein Fehler"), "unknown ends in another way"),
        (put(*ERROR, "unknown", value="Ein Fehler?"), "unknown ends in another way"),
        (put(*STATE, "idle", value="Frei."), "state.idle ends in another way"),
        (
            put("issues", "api_off", "description", value="{pbx} schweigt."),
            "description has other paragraphs",
        ),
        (put(*STATE, "idle", value="Idle"), "state.idle is still English"),
        # French has the same word, German has not.
        (put(*MESSAGE, "name", value="Message"), "message.name is still English"),
        (
            put(*ERROR, "api_off", value="Siehe Einstellungen > PBX."),
            "api_off translates what the web interface of the PBX says",
        ),
    ],
)
def test_language(copy: Repository, change: Break, problem: str) -> None:
    """What is missing, left over, or not the translation of its English text."""
    found = [one for one in broken(copy, NAME, change) if one.startswith(f"{NAME}: ")]
    assert problem in "\n".join(found)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("config", "step", "certificate", "title"), "这是您的 PBX 吗\uff1f"),
        ((*ERROR, "unknown"), "出错了。"),
    ],
)
def test_chinese_sentences_end_in_their_own_way(
    copy: Repository, key: tuple[str, ...], text: str
) -> None:
    """A full stop and a question mark have the width of a character."""
    name = "translations/zh-Hans.json"
    assert ".".join(key) not in "\n".join(broken(copy, name, put(*key, value=text)))


@pytest.mark.parametrize(
    ("indent", "ascii_only", "end"), [(4, False, "\n"), (2, True, "\n"), (2, False, "")]
)
def test_how_a_file_is_written(
    copy: Repository, indent: int, ascii_only: bool, end: str
) -> None:
    """Another indent, escaped characters, or no newline at the end."""
    path = copy.component / NAME
    content = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(content, ensure_ascii=ascii_only, indent=indent) + end
    path.write_text(text, encoding="utf-8")
    assert f"{NAME} is not JSON with an indent of 2, in plain UTF-8" in problems(
        copy.root
    )


def test_languages_are_exactly_ours(copy: Repository) -> None:
    """Home Assistant would fall back to English, or to what nobody looks after."""
    folder = copy.component / "translations"
    shutil.move(folder / "zh-Hans.json", folder / "zh.json")
    found = "\n".join(problems(copy.root))
    assert "translations/zh-Hans.json is missing" in found
    assert "zh.json: nobody looks after a language of that name" in found
