"""The families of PBX."""

import pytest

from custom_components.pbx.hub.families import FAMILIES, Family, family_of_mac

VENDORS = [one for one in FAMILIES.values() if one.mac_prefix is not None]


@pytest.mark.parametrize("family", VENDORS, ids=lambda one: one.key)
def test_vendor_is_known_by_its_hardware_address(family: Family) -> None:
    """A discovered device of a vendor gets the form of its family."""
    assert family_of_mac(f"{family.mac_prefix}:11:22:33") is family


def test_other_hardware_addresses_are_of_no_family() -> None:
    """The user is asked."""
    assert family_of_mac("00:11:22:33:44:55") is None
