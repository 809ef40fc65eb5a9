"""The families of PBX, one row each: the only module that imports a family."""

from collections.abc import Awaitable, Callable, Mapping
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

from ..client.asterisk import Asterisk
from ..client.pbx import Address, Pbx
from ..client.yeastar.p import YeastarP, is_p_series
from ..client.yeastar.s import YeastarS, hash_password
from ..const import CONF_FAMILY, CONF_FINGERPRINT

# The steps of the config flow whose texts say where a family keeps what is asked for.
STEPS_OF_A_FAMILY: Final = ("user", "reauth_confirm", "reconfigure")


@dataclass(frozen=True, slots=True)
class Credential:
    """A field of the form with a credential of the login.

    The entry keeps it under `stored_as`, in the form that `store` gives it. A secret
    is never shown again.
    """

    key: str
    stored_as: str
    secret: bool = False
    store: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of PBX: its form, the data of its entries, and its creation.

    `mac_prefix` is the vendor's, as Home Assistant's discovery writes it. Where a vendor
    has several families, `answers_at` tells whether this one's API is at an address;
    one of them is without. `web` tells whether the PBX's web interface is at the same
    address.

    `texts` is the suffix of the translation keys of a family's own texts: those of the
    steps in STEPS_OF_A_FAMILY, and those of the failures in `own_failures`. A blank one
    takes the texts without a suffix.
    """

    key: str
    name: str
    create: Callable[[ClientSession, Address, Mapping[str, Any]], Pbx]
    credentials: tuple[Credential, ...]
    default_port: int
    default_tls: bool
    mac_prefix: str | None = None
    answers_at: Callable[[ClientSession, Address], Awaitable[bool]] | None = None
    web: bool = True
    texts: str = ""
    own_failures: frozenset[str] = frozenset()

    def step_id(self, step: str) -> str:
        """Return the step with this family's texts for one of STEPS_OF_A_FAMILY."""
        return f"{step}_{self.texts}" if self.texts else step

    def failure_key(self, key: str) -> str:
        """Return the translation key with this family's words for a failure."""
        return f"{key}_{self.texts}" if key in self.own_failures else key


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


def _yeastar_p(
    session: ClientSession, address: Address, data: Mapping[str, Any]
) -> Pbx:
    """Return a Yeastar P-Series PBX."""
    return YeastarP(
        session,
        address,
        data[CONF_USERNAME],
        data["client_secret"],
        fingerprint=data.get(CONF_FINGERPRINT),
    )


def _asterisk(session: ClientSession, address: Address, data: Mapping[str, Any]) -> Pbx:
    """Return an Asterisk; its manager interface is not HTTP."""
    return Asterisk(
        address,
        data[CONF_USERNAME],
        data["secret"],
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
    Family(
        key="yeastar_p",
        name="Yeastar P-Series",
        create=_yeastar_p,
        credentials=(
            Credential(CONF_USERNAME, CONF_USERNAME),
            # In clear: each login sends it (over TLS, by default).
            Credential(CONF_PASSWORD, "client_secret", secret=True),
        ),
        default_port=8088,
        default_tls=True,
        mac_prefix="f4:b5:49",
        answers_at=is_p_series,
        texts="yeastar_p",
        own_failures=frozenset({"not_the_api", "api_off", "invalid_auth", "refused"}),
    ),
    Family(
        key="asterisk",
        name="Asterisk / FreePBX",
        create=_asterisk,
        credentials=(
            Credential(CONF_USERNAME, CONF_USERNAME),
            # In clear: each login answers a challenge with it.
            Credential(CONF_PASSWORD, "secret", secret=True),
        ),
        default_port=5038,
        default_tls=False,
        web=False,
        texts="asterisk",
        own_failures=frozenset(
            {"cannot_connect", "timed_out", "not_the_api", "invalid_auth"}
        ),
    ),
)
FAMILIES: Final[dict[str, Family]] = {family.key: family for family in _FAMILIES}
# The family of entries made before there was a choice.
FIRST_FAMILY: Final = _FAMILIES[0].key


def family_of(data: Mapping[str, Any]) -> Family:
    """Return the family of an entry."""
    return FAMILIES[data[CONF_FAMILY]]


def create_pbx(hass: HomeAssistant, data: Mapping[str, Any]) -> Pbx:
    """Return the PBX that an entry's data describe; nothing is sent yet."""
    family = family_of(data)
    address = Address(data[CONF_HOST], data[CONF_PORT], data[CONF_SSL], web=family.web)
    return family.create(async_get_clientsession(hass), address, data)


async def async_discovered_family(
    hass: HomeAssistant, mac: str, host: str
) -> Family | None:
    """Return the family of a device on the network, None if it is of no known vendor.

    `mac` is its formatted MAC address. Nothing secret is sent.
    """
    found = None
    for family in FAMILIES.values():
        if family.mac_prefix is None or not mac.startswith(family.mac_prefix):
            continue
        if family.answers_at is None:
            found = family
            continue
        address = Address(host, family.default_port, family.default_tls)
        if await family.answers_at(async_get_clientsession(hass), address):
            return family
    return found


def secret_keys() -> set[str]:
    """Return the keys of entry data that hold a secret of any family."""
    return {
        credential.stored_as
        for family in FAMILIES.values()
        for credential in family.credentials
        if credential.secret
    }
