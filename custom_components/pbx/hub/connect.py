"""From an entry's data to its PBX, and the names of what can go wrong on the way."""

from collections.abc import Mapping
from typing import Any, TypedDict

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_SSL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
)
from ..client.pbx import Address, Pbx
from ..client.yeastar.s import YeastarS
from ..const import CONF_FINGERPRINT, CONF_PASSWORD_MD5, DOMAIN


def create_pbx(hass: HomeAssistant, data: Mapping[str, Any]) -> Pbx:
    """Return the PBX that an entry's data describes; nothing is sent yet."""
    return YeastarS(
        async_get_clientsession(hass),
        Address(data[CONF_HOST], data[CONF_PORT], data[CONF_SSL]),
        data[CONF_USERNAME],
        data[CONF_PASSWORD_MD5],
        fingerprint=data.get(CONF_FINGERPRINT),
    )


def failure_key(err: PbxError) -> str:
    """Return the translation key for a failure to reach or enter a PBX.

    The keys stand under `exceptions` as well as under `config.error`.
    """
    match err:
        case PbxLoginRejected():
            return "invalid_auth"
        case PbxLockedOut():
            return "locked_out"
        case PbxNotTrusted():
            return "not_trusted"
        case PbxUnreachable() | PbxWrongService():
            return err.reason.value
        case PbxRefused():
            return "refused"
        case _:
            return "unknown"


def failure_placeholders(err: PbxError, address: Address) -> dict[str, str]:
    """Return what the sentences of `failure_key` are filled with."""
    placeholders = {"address": address.url}
    if isinstance(err, PbxLockedOut):
        placeholders["minutes"] = str(max(1, round(err.retry_after / 60)))
    elif isinstance(err, PbxRefused):
        placeholders["code"] = str(err.code or "-")
    return placeholders


class Translation(TypedDict):
    """The arguments that make an exception of Home Assistant a translated sentence."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def failure(err: PbxError, address: Address) -> Translation:
    """Return the sentence for a failure to reach or enter a PBX."""
    return {
        "translation_domain": DOMAIN,
        "translation_key": failure_key(err),
        "translation_placeholders": failure_placeholders(err, address),
    }
