"""What a caller may send in place of a number, on its way through Asterisk."""

from custom_components.pbx.client.asterisk.connection import parse


def test_value_is_one_line_without_control_characters() -> None:
    """Only the end of a line ends a value."""
    raw = b"Event: Newchannel\r\nCallerIDNum: 04\x0001\n\xe2\x80\xae2\r\nExten: 1001"
    assert parse(raw) == {
        "Event": "Newchannel",
        "CallerIDNum": "0401 2",
        "Exten": "1001",
    }
