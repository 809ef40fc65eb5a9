"""The user's options of one PBX, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from ..const import (
    CONF_ALLOW_CODES,
    CONF_CONTACTS,
    CONF_NEVER_MONITORED,
    CONF_NUMBERS_IN_NAMES,
    CONF_REPORT_ADDRESS,
    CONF_REPORT_PORT,
    CONF_REPORT_SENDERS,
    CONF_SUPERVISION,
    CONF_SUPERVISORS,
    DEFAULT_REPORT_PORT,
)


class SupervisionPolicy(StrEnum):
    """The choice of the users who may supervise."""

    OFF = "off"
    ADMINISTRATORS = "administrators"
    CONTROLLERS = "controllers"


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxOptions:
    """The options of one PBX, with the defaults of those not set.

    `supervisors` are the numbers that may supervise, all of them where it is empty;
    calls with any of `never_monitored` in them are not joined. `allow_codes` lets every
    user and every automation dial feature codes. `numbers_in_names` puts the number into
    the name of each extension's device, where pickers search. `report_address` is a host, or
    a host and a port, for the PBX to report to; `report_senders` are the addresses it
    may report from besides its own.
    """

    supervision: SupervisionPolicy
    supervisors: frozenset[str]
    never_monitored: frozenset[str]
    allow_codes: bool
    contacts: str
    numbers_in_names: bool
    report_address: str | None
    report_port: int
    report_senders: tuple[str, ...]

    @classmethod
    def from_entry(cls, options: Mapping[str, Any]) -> Self:
        """Return the options of an entry."""
        return cls(
            supervision=SupervisionPolicy(
                options.get(CONF_SUPERVISION, SupervisionPolicy.ADMINISTRATORS)
            ),
            supervisors=frozenset(options.get(CONF_SUPERVISORS, ())),
            never_monitored=frozenset(options.get(CONF_NEVER_MONITORED, ())),
            allow_codes=options.get(CONF_ALLOW_CODES, False),
            contacts=options.get(CONF_CONTACTS, ""),
            numbers_in_names=options.get(CONF_NUMBERS_IN_NAMES, False),
            report_address=options.get(CONF_REPORT_ADDRESS),
            report_port=options.get(CONF_REPORT_PORT, DEFAULT_REPORT_PORT),
            report_senders=tuple(options.get(CONF_REPORT_SENDERS, ())),
        )
