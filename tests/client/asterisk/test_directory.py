"""The directory of extensions, from FreePBX and from a plain Asterisk."""

from custom_components.pbx.client.asterisk.directory import (
    caller_id_name,
    caller_id_number,
    from_freepbx,
    from_hints,
)


def keys(**values: str) -> list[dict[str, str]]:
    """Return rows of AstDB: `AMPUSER__1001__cidname` becomes a key."""
    return [
        {"Key": "/" + key.replace("__", "/"), "Val": value}
        for key, value in values.items()
    ]


def test_freepbx_keeps_names_and_devices() -> None:
    """Test that names are taken unchanged, and that a device defaults to the number."""
    directory = from_freepbx(
        keys(
            AMPUSER__1001__cidname="Zoë, Müller",
            AMPUSER__1001__device="1001",
            AMPUSER__1002__cidnum="1002",
            AMPUSER__anna__device="anna",
        ),
        keys(DEVICE__1001__dial="PJSIP/1001", DEVICE__anna__dial="SIP/anna"),
    )
    assert directory.freepbx
    assert {one.number: one.name for one in directory.extensions.values()} == {
        "1001": "Zoë, Müller",
        "1002": "",
        "anna": "",
    }
    assert dict(directory.by_device) == {
        "PJSIP/1001": "1001",
        "PJSIP/1002": "1002",
        "SIP/anna": "anna",
    }


def test_a_number_may_have_several_devices_of_other_names() -> None:
    """Test the devices of FreePBX's mode with separate devices and users."""
    directory = from_freepbx(
        keys(AMPUSER__200__device="d1&d2"),
        keys(DEVICE__d1__dial="PJSIP/d1", DEVICE__d2__dial="PJSIP/d2"),
    )
    assert directory.extensions["200"].devices == ("PJSIP/d1", "PJSIP/d2")
    assert directory.by_device["PJSIP/d2"] == "200"


def test_what_makes_no_sense_is_passed_over() -> None:
    """Test that keys without a member and dial strings of no phone are ignored."""
    directory = from_freepbx(
        [
            {"Key": "/AMPUSER", "Val": "x"},
            {"Val": "y"},
            *keys(AMPUSER__none__device="x"),
        ],
        keys(DEVICE__1001__dial="Custom/x"),
    )
    assert dict(directory.extensions) == {}


def test_hints_tell_the_phones_of_a_plain_asterisk() -> None:
    """Test that lamps and patterns are ignored; a hint may have several phones."""
    directory = from_hints(
        [
            {"Exten": "1001", "Hint": "PJSIP/1001&Custom:DND1001,CustomPresence:1001"},
            {"Exten": "desk", "Hint": "PJSIP/desk-1&SIP/desk-2"},
            {"Exten": "*761001", "Hint": "Custom:DND1001"},
            {"Exten": "*45", "Hint": "PJSIP/1009"},
            {"Exten": "_2XX", "Hint": "PJSIP/${EXTEN}"},
            {"Exten": "700", "Hint": "Queue:700"},
            {"Exten": "1001", "Context": "other", "Hint": "PJSIP/elsewhere"},
        ]
    )
    assert not directory.freepbx
    assert {one.number: one.devices for one in directory.extensions.values()} == {
        "1001": ("PJSIP/1001",),
        "desk": ("PJSIP/desk-1", "SIP/desk-2"),
    }


def test_caller_ids() -> None:
    """Test caller ids with quotes, without a name, and blank ones."""
    assert caller_id_name('"Anna Berg" <1001>') == "Anna Berg"
    assert caller_id_number('"Anna Berg" <1001>') == "1001"
    assert caller_id_name("<1001>") == ""
    assert caller_id_name("Anna <1001>") == "Anna"
    assert caller_id_name("") == ""
    assert caller_id_number('"" <>') == ""
