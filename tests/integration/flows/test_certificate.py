"""What a user is shown of a certificate."""

from hashlib import sha256

from custom_components.pbx.flows.certificate import describe


def test_what_cannot_be_parsed_has_a_fingerprint_all_the_same() -> None:
    """A strange certificate is shown as strange, and can still be compared."""
    description = describe(b"not a certificate")
    digits = description.pop("fingerprint").replace(":", "").lower()
    assert digits == sha256(b"not a certificate").hexdigest()
    assert set(description.values()) == {"?"}
