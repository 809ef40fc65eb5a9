"""What callers and PBXs send, cleaned at the border."""

import pytest

from custom_components.pbx.client.texts import one_line, outside_number


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+358 (40) 123-45.67", "+358 (40) 123-45.67"),
        ("*901002#", "*901002#"),
        ("zoë_1.2@example.com", "zoë_1.2@example.com"),
        ("", ""),
        ("040\r\n123\x00", "040??123?"),
        ("<a href='x'>1</a>", "?a href??x??1??a?"),
        (
            "[x](http://e.com) `{{ 1 }}` ${A} \u202e",
            "?x?(http???e.com) ??? 1 ??? ??A? ?",
        ),
        ("9" * 100, "9" * 64),
        ("a b" * 100, ("a b" * 100)[:64]),
    ],
)
def test_number_of_an_outside_party(sent: str, kept: str) -> None:
    """Neither a control character nor markup comes through; nothing is joined together."""
    assert outside_number(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" Anna Berg ", "Anna Berg"),
        ("Anna\r\nBerg\x00\u202e\u2028", "Anna  Berg"),
        ("Anna\u00a0Berg\t", "Anna Berg"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("<b>", "<b>"),
    ],
)
def test_text_of_the_pbx(sent: str, kept: str) -> None:
    """It is one line."""
    assert one_line(sent) == kept
