"""Trust in a PBX's certificate: by the system's CAs, or by one pinned fingerprint."""

import asyncio
from contextlib import suppress
from hashlib import sha256
import ssl
from typing import Final

import aiohttp

from .pbx import Address

# Seconds to wait for a server that does not end a connection as it should.
GOODBYE_TIMEOUT: Final = 1.0


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a DER-encoded certificate, as 64 lower-case hex digits."""
    return sha256(certificate).hexdigest()


def ssl_argument(fingerprint: str | None) -> bool | aiohttp.Fingerprint:
    """Return the `ssl` argument of aiohttp: a pin where there is one, else full checks.

    `fingerprint` is the SHA-256 of the DER encoding in hex; it replaces the checks of
    name, validity and issuer: that one certificate is trusted and no other. Raises
    ValueError when it is no such fingerprint.
    """
    if fingerprint is None:
        return True
    return aiohttp.Fingerprint(bytes.fromhex(fingerprint))


async def read_certificate(address: Address, timeout: float) -> bytes:
    """Return the certificate a server presents, DER-encoded, after at most `timeout` s.

    Nothing is sent but the handshake, and nothing is believed. Raises OSError (of
    which TimeoutError and ssl.SSLError are kinds) when there is no handshake.
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
