"""How a PBX's certificate is trusted."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import hashlib
from ipaddress import ip_address
from pathlib import Path
import ssl

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.pbx.client import (
    Address,
    MonitorMode,
    PbxNotTrusted,
    PbxUnreachable,
    Unreachable,
    fingerprint_of,
    read_certificate,
)
from custom_components.pbx.client.tls import ssl_argument
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import Connect, endpoints
from tests.client.yeastar.s.wire import DEVICE, LOGIN, Wire, answer
from tests.simulator import Simulator

PASSWORD_MD5 = "0123456789abcdef0123456789abcdef"


def server_context(
    tmp_path: Path, name: str = "127.0.0.1", days: int = 1
) -> tuple[ssl.SSLContext, Path]:
    """Return what a server needs, and its self-signed certificate as a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PBX")])
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=30))
        .not_valid_after(end)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    return context, pem


def session_trusting(pem: Path) -> aiohttp.ClientSession:
    """Return a session whose only CA is this certificate."""
    context = ssl.create_default_context(cafile=pem)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


def test_fingerprint_is_the_sha256_of_the_der_encoding() -> None:
    """64 lower-case hex digits."""
    assert fingerprint_of(b"der") == hashlib.sha256(b"der").hexdigest()


def test_without_a_pin_everything_is_checked() -> None:
    """True is what makes aiohttp use the session's CAs."""
    assert ssl_argument(None) is True


@pytest.mark.parametrize("fingerprint", ["", "zz", "ab" * 20, "ab" * 16, "abc"])
def test_what_is_no_fingerprint_is_refused(fingerprint: str) -> None:
    """A damaged pin must never mean no checks."""
    with pytest.raises(ValueError):
        ssl_argument(fingerprint)


def test_fingerprint_may_be_written_in_capitals() -> None:
    """Hex is hex."""
    pin = ssl_argument("AB" * 32)
    assert isinstance(pin, aiohttp.Fingerprint)
    assert pin.fingerprint == b"\xab" * 32


async def test_pinned_certificate_is_enough(
    connect: Connect, tls_sim: Simulator
) -> None:
    """Self-signed, for another name: but the very one the user saw."""
    assert (await connect(tls_sim).connect()).serial_number == tls_sim.serial


async def test_unknown_issuer_is_not_trusted(
    http: aiohttp.ClientSession, tls_sim: Simulator
) -> None:
    """The error carries the certificate, for a person to look at."""
    address = Address(tls_sim.host, tls_sim.port, tls=True)
    pbx = YeastarS(http, address, "api", PASSWORD_MD5)
    with pytest.raises(PbxNotTrusted) as err:
        await pbx.connect()
    assert fingerprint_of(err.value.certificate) == tls_sim.fingerprint
    assert endpoints(tls_sim) == []


async def test_changed_certificate_is_never_accepted(
    connect: Connect, tls_sim: Simulator
) -> None:
    """Not in the middle of a session either, and nothing is sent to whoever it is."""
    pbx = connect(tls_sim)
    await pbx.connect()
    port = tls_sim.port
    await tls_sim.stop()
    tls_sim.new_certificate()
    await tls_sim.start(port=port, tls=True)
    tls_sim.requests.clear()

    for _ in range(2):
        with pytest.raises(PbxNotTrusted) as err:
            await pbx.snapshot()
        assert fingerprint_of(err.value.certificate) == tls_sim.fingerprint
    with pytest.raises(PbxNotTrusted):
        await pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    await pbx.close()
    assert endpoints(tls_sim) == []


async def test_certificate_of_a_known_ca_needs_no_pin(
    socket_enabled: None, tmp_path: Path
) -> None:
    """The CAs are those of the session."""
    context, pem = server_context(tmp_path)
    wire = Wire(answer(LOGIN), answer(DEVICE))
    async with wire.running(context), session_trusting(pem) as session:
        pbx = YeastarS(session, wire.address, "api", PASSWORD_MD5)
        assert (await pbx.connect()).serial_number == "369364835218"


@pytest.mark.parametrize(("name", "days"), [("127.0.0.2", 1), ("127.0.0.1", -1)])
async def test_ca_does_not_help_the_wrong_name_or_an_expired_certificate(
    socket_enabled: None, tmp_path: Path, name: str, days: int
) -> None:
    """Validity and name are checked, too."""
    context, pem = server_context(tmp_path, name, days)
    wire = Wire(answer(LOGIN))
    async with wire.running(context), session_trusting(pem) as session:
        pbx = YeastarS(session, wire.address, "api", PASSWORD_MD5)
        with pytest.raises(PbxNotTrusted) as err:
            await pbx.connect()
    assert err.value.certificate == ssl.PEM_cert_to_DER_cert(pem.read_text())
    assert wire.requests == []


async def test_pin_beats_a_certificate_that_a_ca_vouches_for(
    socket_enabled: None, tmp_path: Path
) -> None:
    """Whoever pinned one certificate wants no other."""
    context, pem = server_context(tmp_path)
    wire = Wire(answer(LOGIN))
    async with wire.running(context), session_trusting(pem) as session:
        pbx = YeastarS(
            session, wire.address, "api", PASSWORD_MD5, fingerprint="ab" * 32
        )
        with pytest.raises(PbxNotTrusted):
            await pbx.connect()
    assert wire.requests == []


async def test_untrusted_certificate_that_cannot_be_read_again(
    http: aiohttp.ClientSession, tls_sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PBX went away in between: still an error, never trust."""

    async def gone(address: Address, timeout: float) -> bytes:
        raise ConnectionRefusedError

    monkeypatch.setattr(
        "custom_components.pbx.client.yeastar.http.read_certificate", gone
    )
    address = Address(tls_sim.host, tls_sim.port, tls=True)
    with pytest.raises(PbxUnreachable) as err:
        await YeastarS(http, address, "api", PASSWORD_MD5).connect()
    assert err.value.reason is Unreachable.CANNOT_CONNECT


async def test_certificate_is_read_without_sending_anything(
    tls_sim: Simulator,
) -> None:
    """A bare handshake."""
    address = Address(tls_sim.host, tls_sim.port, tls=True)
    der = await read_certificate(address, 5)
    assert fingerprint_of(der) == tls_sim.fingerprint
    assert endpoints(tls_sim) == []


async def test_certificate_of_a_server_that_never_says_goodbye(
    socket_enabled: None, tmp_path: Path
) -> None:
    """It counts all the same, and the wait for an orderly end is short."""
    context, pem = server_context(tmp_path)
    finish = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Shake hands, and then neither listen nor speak."""
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(heard, said, server_side=True)
        shaken = False
        while not shaken:
            heard.write(await reader.read(65536))
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                shaken = True
            writer.write(said.read())
        await finish.wait()
        writer.transport.abort()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    address = Address("127.0.0.1", server.sockets[0].getsockname()[1], tls=True)
    async with asyncio.timeout(3):
        der = await read_certificate(address, 1)
    assert der == ssl.PEM_cert_to_DER_cert(pem.read_text())
    finish.set()
    server.close()
    await server.wait_closed()


async def test_no_certificate_without_a_server(sim: Simulator) -> None:
    """Refused, silent, or not TLS at all: each is an OSError."""
    with pytest.raises(OSError):
        await read_certificate(Address(sim.host, sim.port, tls=True), 5)
    await sim.go_offline()
    with pytest.raises(ConnectionRefusedError):
        await read_certificate(Address(sim.host, sim.port, tls=True), 5)


async def test_handshake_that_never_ends_times_out(socket_enabled: None) -> None:
    """After the given time."""
    wire = Wire(b"")
    async with wire.running(claim_tls=True):
        with pytest.raises(TimeoutError):
            await read_certificate(wire.address, 0.1)


async def test_https_to_a_port_that_speaks_http(
    http: aiohttp.ClientSession, sim: Simulator
) -> None:
    """No certificate, so nothing to trust or not."""
    address = Address(sim.host, sim.port, tls=True)
    with pytest.raises(PbxUnreachable) as err:
        await YeastarS(http, address, "api", PASSWORD_MD5).connect()
    assert err.value.reason is Unreachable.CANNOT_CONNECT
    assert not err.value.maybe_done
