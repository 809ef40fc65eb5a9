"""What a user is shown of a certificate."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from custom_components.pbx.flows.certificate import describe


def test_what_cannot_be_parsed_has_a_fingerprint_all_the_same() -> None:
    """A strange certificate is shown as strange, and can still be compared."""
    description = describe(b"not a certificate")
    digits = description.pop("fingerprint").replace(":", "").lower()
    assert digits == sha256(b"not a certificate").hexdigest()
    assert set(description.values()) == {"?"}


def certificate_of(subject: str | x509.Name) -> bytes:
    """Return a certificate that its owner made for itself under a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = (
        subject
        if isinstance(subject, x509.Name)
        else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def test_name_cannot_draw_another_fingerprint() -> None:
    """A name is one line, without markup, and short."""
    name = "PBX\n\n**SHA-256:** `AA:BB`\u202e <b>x</b>"
    for field in ("subject", "issuer"):
        text = describe(certificate_of(name))[field]
        assert "\n" not in text
        assert "\u202e" not in text
        for character in "*`<>":
            assert text.count(character) == text.count(f"\\{character}")


def test_long_name_is_cut() -> None:
    """It would push the fingerprint out of sight."""
    names = x509.Name(
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{number:060}")
        for number in range(20)
    )
    assert len(describe(certificate_of(names))["subject"]) < 130
