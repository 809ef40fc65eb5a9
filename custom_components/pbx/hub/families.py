"""The families of PBX, one row each: the only module that imports a family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..client.pbx import Address, Pbx
from ..client.yeastar.s import YeastarS, hash_password
from ..const import CONF_FAMILY, CONF_FINGERPRINT


@dataclass(frozen=True, slots=True)
class Credential:
    """A field of the form that a user proves the right to log in with.

    The entry keeps it under `stored_as`, in the form that `store` gives it. A secret
    is never shown again.
    """

    key: str
    stored_as: str
    secret: bool = False
    store: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of PBX: how its form looks, what its entries hold, how it is created.

    `mac_prefix` is the vendor's, as Home Assistant's discovery writes it.
    """

    key: str
    name: str
    create: Callable[[ClientSession, Address, Mapping[str, Any]], Pbx]
    credentials: tuple[Credential, ...]
    default_port: int
    default_tls: bool
    mac_prefix: str | None = None


def _yeastar_s(
    session: ClientSession, address: Address, data: Mapping[str, Any]
) -> Pbx:
    """Return a Yeastar S-Series PBX."""
    return YeastarS(
        session,
        address,
        data[CONF_USERNAME],
        data["password_md5"],
        fingerprint=data.get(CONF_FINGERPRINT),
    )


_FAMILIES: Final = (
    Family(
        key="yeastar_s",
        name="Yeastar S-Series",
        create=_yeastar_s,
        credentials=(
            Credential(CONF_USERNAME, CONF_USERNAME),
            Credential(CONF_PASSWORD, "password_md5", secret=True, store=hash_password),
        ),
        default_port=8088,
        default_tls=True,
        mac_prefix="f4:b5:49",
    ),
)
FAMILIES: Final[dict[str, Family]] = {family.key: family for family in _FAMILIES}
# Entries made before there was a choice are of this one.
FIRST_FAMILY: Final = _FAMILIES[0].key


def family_of(data: Mapping[str, Any]) -> Family:
    """Return the family of an entry."""
    return FAMILIES[data[CONF_FAMILY]]


def create_pbx(hass: HomeAssistant, data: Mapping[str, Any]) -> Pbx:
    """Return the PBX that an entry's data describe; nothing is sent yet."""
    address = Address(data[CONF_HOST], data[CONF_PORT], data[CONF_SSL])
    return family_of(data).create(async_get_clientsession(hass), address, data)


def family_of_mac(mac: str) -> Family | None:
    """Return the family whose vendor a formatted MAC address belongs to."""
    for family in FAMILIES.values():
        if family.mac_prefix is not None and mac.startswith(family.mac_prefix):
            return family
    return None


def secret_keys() -> set[str]:
    """Return the keys of entry data that hold a secret of any family."""
    return {
        credential.stored_as
        for family in FAMILIES.values()
        for credential in family.credentials
        if credential.secret
    }
