"""Names for numbers, as people write them and as PBXs send them."""

import pytest

from custom_components.pbx.hub.contacts import Contacts, parse_line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0401234567 = Anna", ("0401234567", "Anna")),
        ("+358 (40) 123-45.67=Anna Berg", ("+358401234567", "Anna Berg")),
        ("0800* = Free", ("0800*", "Free")),
        ("*97 = Voicemail", ("*97", "Voicemail")),
        ("1 = a = b", ("1", "a = b")),
        ("* = Somebody", ("*", "Somebody")),
        ("", None),
        ("   ", None),
        ("  # 0401234567 = Anna", None),
    ],
)
def test_lines(line: str, expected: tuple[str, str] | None) -> None:
    """Number and name, without what is only for the eye."""
    assert parse_line(line) == expected


@pytest.mark.parametrize(
    "line", ["Anna", "0401234567", "0401234567 =", "= Anna", "Anna = 0401234567", "="]
)
def test_lines_that_are_none(line: str) -> None:
    """Something is missing, or stands in the wrong place."""
    with pytest.raises(ValueError, match=line):
        parse_line(line)


@pytest.mark.parametrize(
    "number",
    ["+358401234567", "00358401234567", "0401234567", "00401234567", "401234567"],
)
@pytest.mark.parametrize("written", ["+358 40 123 4567", "040-1234567", "0401234567"])
def test_same_number_in_every_spelling(written: str, number: str) -> None:
    """Country code, trunk prefix, the digit for an outside line: all the same person."""
    assert Contacts(f"{written} = Anna").name(number) == "Anna"


def test_digit_for_an_outside_line() -> None:
    """An outgoing number may come with it."""
    assert Contacts("0401234567 = Anna").name("90401234567") == "Anna"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0401234567 = Anna", "0409234567"),
        ("0401234567 = Anna", ""),
        ("0401234567 = Anna", "1234"),
        ("4567 = Anna", "0401234567"),
        ("100 = Anna", "1000"),
        ("0800* = Free", "08"),
        ("0800* = Free", "10800"),
    ],
)
def test_other_numbers_have_no_name(text: str, number: str) -> None:
    """Rather no name than a wrong one; short numbers must match entirely."""
    assert Contacts(text).name(number) is None


def test_short_numbers_match_entirely() -> None:
    """Service numbers and extensions."""
    contacts = Contacts("112 = Emergency\n12 = Twelve")
    assert contacts.name("112") == "Emergency"
    assert contacts.name("12") == "Twelve"


def test_exact_comes_before_the_end_and_that_before_a_prefix() -> None:
    """The more a line says, the more it counts."""
    contacts = Contacts(
        "0401234567 = By its end\n+358401234567 = Exact\n+358* = Finland\n+35840* = Mobile"
    )
    assert contacts.name("+358401234567") == "Exact"
    assert contacts.name("00358401234567") == "By its end"
    assert contacts.name("+358407654321") == "Mobile"
    assert contacts.name("+358913246587") == "Finland"


def test_first_of_two_lines_counts() -> None:
    """Two people with one number: the one further up."""
    contacts = Contacts("0401234567 = Anna\n0401234567 = Bruno")
    assert contacts.name("0401234567") == "Anna"
    assert contacts.name("+358401234567") == "Anna"


def test_same_last_seven_digits_are_not_enough() -> None:
    """Two cities have the same local numbers."""
    contacts = Contacts("030 1234567 = Berlin\n040 1234567 = Hamburg")
    assert contacts.name("+49301234567") == "Berlin"
    assert contacts.name("+49401234567") == "Hamburg"
    assert contacts.name("+49891234567") is None


def test_local_number_without_area_code() -> None:
    """Seven digits are enough when that is all there is."""
    assert Contacts("1234567 = Anna").name("0401234567") == "Anna"


def test_lines_that_are_none_do_not_hide_the_others() -> None:
    """Options that came from elsewhere than the form."""
    assert Contacts("nonsense\n112 = Emergency\r\n").name("112") == "Emergency"


def test_nothing() -> None:
    """Without contacts nobody has a name."""
    assert Contacts("").name("0401234567") is None
