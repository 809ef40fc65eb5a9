"""Descriptions of certificates, by which the user decides whether to trust one."""

from typing import Final

from cryptography import x509

from ..client.tls import fingerprint_of
from ..hub.markdown import escaped

# Longer names than this are cut: nothing may push the fingerprint out of sight.
MAX_NAME: Final = 120


def _shown(name: x509.Name) -> str:
    """Return a name as one line of plain text: its owner chose what is in it."""
    text = "".join(
        character if character.isprintable() else " "
        for character in name.rfc4514_string()
    )
    text = " ".join(text.split())
    if len(text) > MAX_NAME:
        text = f"{text[:MAX_NAME]}…"
    return escaped(text) or "?"


def describe(der: bytes) -> dict[str, str]:
    """Return subject, issuer, validity and fingerprint of a DER-encoded certificate.

    A certificate that cannot be parsed is described by its fingerprint alone: pinning
    needs no more.
    """
    fingerprint = fingerprint_of(der).upper()
    description = {
        "subject": "?",
        "issuer": "?",
        "valid_from": "?",
        "valid_until": "?",
        "fingerprint": ":".join(
            fingerprint[i : i + 2] for i in range(0, len(fingerprint), 2)
        ),
    }
    try:
        certificate = x509.load_der_x509_certificate(der)
        description |= {
            "subject": _shown(certificate.subject),
            "issuer": _shown(certificate.issuer),
            "valid_from": certificate.not_valid_before_utc.date().isoformat(),
            "valid_until": certificate.not_valid_after_utc.date().isoformat(),
        }
    except ValueError:
        pass
    return description
