"""Trust in a PBX's certificate: by the system's CAs, or by one pinned fingerprint."""

import asyncio
from contextlib import suppress
from hashlib import sha256
import ssl
from typing import Final

import aiohttp

from .pbx import Address

# Seconds. Some servers never confirm the end of a TLS connection.
GOODBYE_TIMEOUT: Final = 1.0


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a DER-encoded certificate, as 64 lower-case hex digits."""
    return sha256(certificate).hexdigest()


def ssl_argument(fingerprint: str | None) -> bool | aiohttp.Fingerprint:
    """Return the `ssl` argument of aiohttp: a pin where there is one, else full checks.

    `fingerprint` is the SHA-256 of the DER encoding in hex; it replaces the checks of
    name, validity and issuer: only that certificate is trusted. Raises ValueError when
    it is not a fingerprint.
    """
    if fingerprint is None:
        return True
    return aiohttp.Fingerprint(bytes.fromhex(fingerprint))


async def read_certificate(address: Address, timeout: float) -> bytes:
    """Return the certificate a server presents, DER-encoded, after at most `timeout` s.

    Only the handshake is sent, and the certificate is not verified. Raises OSError (the
    base of TimeoutError and ssl.SSLError) when the handshake fails.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(timeout):
        _, writer = await asyncio.open_connection(
            address.host,
            address.port,
            ssl=context,
            ssl_shutdown_timeout=GOODBYE_TIMEOUT,
        )
    presented = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return bytes(presented)
