"""Nothing leaks: everything that can go wrong, and a search for secrets."""

import logging
import traceback

import aiohttp
import pytest

from custom_components.pbx.client import Address, MonitorMode, PbxError
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password, transport
from tests.client.conftest import QUIET_POLL, Connect
from tests.simulator import Fault, Simulator

FAULTS = [
    Fault(kind="http_500"),
    Fault(kind="http_404"),
    Fault(kind="html"),
    Fault(kind="empty"),
    Fault(kind="truncated"),
    Fault(kind="garbled"),
    Fault(kind="huge"),
    Fault(kind="reset"),
    Fault(kind="redirect"),
    Fault(kind="hang"),
    Fault(kind="wrong_types"),
    Fault(kind="missing_fields"),
    Fault(kind="errno", errno=20004),
    Fault(kind="errno", errno=20002),
    Fault(kind="errno", errno=20003),
    Fault(kind="errno", errno=31337),
]


class Leaks:
    """Collects everything that an exception shows, and anything that hangs on it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.texts: list[str] = []
        self.count = 0

    async def try_all(self, pbx: YeastarS) -> None:
        """Use all of a client."""
        self.texts.append(repr(pbx))
        for use in (
            pbx.connect,
            pbx.snapshot,
            lambda: pbx.monitor(MonitorMode.WHISPER, "1005", "1001"),
            pbx.close,
        ):
            try:
                self.texts.append(repr(await use()))
            except PbxError as err:
                self.count += 1
                self.texts.append("".join(traceback.format_exception(err)))
                self._search(err)

    def _search(self, err: BaseException) -> None:
        """Look deeper than a traceback does."""
        link: BaseException | None = err
        while link is not None:
            self.texts += [str(link), repr(link), repr(link.args), repr(vars(link))]
            link = link.__cause__ or link.__context__


async def test_no_secret_in_logs_exceptions_or_what_hangs_on_them(
    sim: Simulator,
    connect: Connect,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tokens, passwords and their hashes stay where they are."""
    caplog.set_level(logging.DEBUG)
    leaks = Leaks()
    sim.call("1001", "1002", answer=True)

    await leaks.try_all(connect(sim))
    for fault in FAULTS:
        sim.faults.clear()
        pbx = connect(sim)
        await pbx.connect()
        with monkeypatch.context() as patience:
            if fault.kind == "hang":
                patience.setattr(transport, "TOTAL_TIMEOUT", 0.2)
            sim.faults.add(fault)
            await leaks.try_all(pbx)
            await leaks.try_all(connect(sim))
    sim.faults.clear()

    pbx = connect(sim)
    await pbx.connect()
    await sim.go_offline()
    await leaks.try_all(pbx)
    await sim.come_back()
    sim.restart()
    await leaks.try_all(pbx)
    sim.password = "Another-Secret-77"
    sim.restart()
    await leaks.try_all(pbx)

    text = "\n".join([*leaks.texts, caplog.text])
    assert leaks.count > 60
    assert len(sim.secrets) > 20
    assert "POST extensionlist/query" in caplog.text
    assert "POST extension/query" in caplog.text
    assert not [secret for secret in sim.secrets if secret in text]


async def test_no_secret_when_the_certificate_is_not_trusted(
    tls_sim: Simulator,
    connect: Connect,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither without a pin nor with a wrong one."""
    caplog.set_level(logging.DEBUG)
    leaks = Leaks()
    tls_sim.call("1001", "1002", answer=True)
    md5 = hash_password(tls_sim.password)
    await leaks.try_all(connect(tls_sim))
    for pin in (None, "ab" * 32):
        address = Address(tls_sim.host, tls_sim.port, tls=True)
        await leaks.try_all(
            YeastarS(http, address, tls_sim.username, md5, fingerprint=pin)
        )
    text = "\n".join([*leaks.texts, caplog.text])
    assert leaks.count == 6
    assert not [secret for secret in tls_sim.secrets if secret in text]


async def test_log_says_endpoints_and_nothing_else(
    connected: YeastarS, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even names of extensions."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    await connected.snapshot()
    assert [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    ] == [f"POST {endpoint}" for endpoint in QUIET_POLL]
