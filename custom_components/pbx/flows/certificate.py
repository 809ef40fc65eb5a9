"""Descriptions of certificates, for a user to decide on."""

from cryptography import x509

from ..client.tls import fingerprint_of


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
            "subject": certificate.subject.rfc4514_string() or "?",
            "issuer": certificate.issuer.rfc4514_string() or "?",
            "valid_from": certificate.not_valid_before_utc.date().isoformat(),
            "valid_until": certificate.not_valid_after_utc.date().isoformat(),
        }
    except ValueError:
        pass
    return description
