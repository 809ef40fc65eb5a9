"""The certificate that a PBX makes for itself (reference 1.1)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import hashlib
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate with its key."""

    pem: bytes
    fingerprint: str
    """SHA-256 of the DER form, lower-case hex."""

    @classmethod
    def new(cls, common_name: str) -> Certificate:
        """Make a fresh key and sign it with itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        begin = datetime.now(UTC) - timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=VALID_DAYS))
            .sign(key, hashes.SHA256())
        )
        key_pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        der = certificate.public_bytes(serialization.Encoding.DER)
        pem = certificate.public_bytes(serialization.Encoding.PEM) + key_pem
        return cls(pem, hashlib.sha256(der).hexdigest())

    @classmethod
    def load(cls, pem: bytes) -> Certificate:
        """Take a certificate with its key that was kept."""
        der = ssl.PEM_cert_to_DER_cert(
            pem.decode().partition("-----BEGIN PRIVATE KEY")[0]
        )
        return cls(pem, hashlib.sha256(der).hexdigest())

    def context(self) -> ssl.SSLContext:
        """Return what a server needs to show it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The ssl module reads certificates from files only.
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(self.pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context
