"""The table of calls, piece by piece, and whatever firmware may make of it."""

from datetime import datetime

import pytest

from custom_components.pbx.client import (
    CallDirection,
    CallOutcome,
    HistoryCall,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from custom_components.pbx.client.yeastar.s import history

HEADER = (
    "callid,timestart,callfrom,callto,callduraction,talkduraction,srctrunkname,"
    "dsttrunkname,status,type,pincode,recording,didnumber,sn"
)
SPOKEN = ",".join(f"Column {number}" for number in range(14))
ROW = (
    "1505352445.265,2017-09-14 09:27:25,102,6200(1003),38,29,Apple_test,,ANSWERED,"
    "Inbound,4711,20170914092747.wav,5550100,369362089179"
)
CALL = HistoryCall(
    id="1505352445.265",
    started_at=datetime(2017, 9, 14, 9, 27, 25),
    caller="102",
    callee="1003",
    direction=CallDirection.INBOUND,
    outcome=CallOutcome.ANSWERED,
    via="6200",
    trunk="Apple_test",
    dialed="5550100",
    duration=38,
    talked=29,
)


def _read(*lines: str, end: str = "\n", size: int = 0) -> tuple[HistoryCall, ...]:
    """Return the calls of a table that comes in pieces of a size."""
    data = (end.join(lines) + end).encode()
    table = history.Table(10)
    size = size or len(data)
    for start in range(0, len(data), size):
        table.write(data[start : start + size])
    return table.calls()


@pytest.mark.parametrize("header", [HEADER, HEADER.upper(), SPOKEN, f"\ufeff{HEADER}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [0, 1, 7])
def test_record_is_read_by_column_names_or_order(
    header: str, end: str, size: int
) -> None:
    """PIN code and recording are not kept."""
    assert _read(header, ROW, end=end, size=size) == (CALL,)


def test_records_of_other_people_are_left_out() -> None:
    """Even if the PBX sends them though it was asked for one extension."""
    others = ROW.replace("102,6200(1003)", "1004,1005"), ROW.replace("102", "11003")
    called = ROW.replace(",102,6200(1003)", ",1004,1003 ")
    table = history.Table(10, "1003")
    table.write("\n".join((HEADER, ROW, *others, called)).encode())
    both = table.calls()
    assert [call.callee for call in both] == ["1003", "1003", "1003"]
    assert "1005" not in {call.callee for call in both}
    table = history.Table(10, "102")
    table.write("\n".join((HEADER, ROW, *others, called)).encode())
    assert table.calls() == (CALL,)
    table = history.Table(10, "1009")
    table.write(f"{HEADER}\n{ROW}".encode())
    assert table.calls() == ()


def test_columns_in_another_order_and_quoted() -> None:
    """Their names tell; those that nobody knows are passed over."""
    (call,) = _read(
        '"timestart","callid", "new","callto","dsttrunkname","type"',
        '"2017-09-14 09:27:25","1.1","?","Smith, ""Anna"" é","A, B","Outbound"',
    )
    assert (call.id, call.callee, call.trunk) == ("1.1", "Smith? ?Anna? é", "A, B")
    assert (call.caller, call.duration, call.outcome) == ("", None, None)


def test_blank_lines_and_a_last_line_without_an_end() -> None:
    """Both are usual."""
    assert _read("", HEADER, "", ROW, "", end="\n") == (CALL,)
    table = history.Table(1)
    table.write(f"{HEADER}\n{ROW}".encode())
    assert table.calls() == (CALL,)


def test_header_without_records_is_an_empty_table() -> None:
    """An empty table is valid."""
    assert _read(HEADER) == ()


@pytest.mark.parametrize(
    "content", ["", "\n\n", "<html>\n<body>Login</body>", "a,b,c", '"a\rb"c\rd', "\x00"]
)
def test_text_that_is_not_a_table_is_a_bad_answer(content: str) -> None:
    """It must not be read as a history without calls."""
    with pytest.raises(PbxUnreachable):
        _read(content)


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("2017-09-14", "14/09/2017"),
        ROW.replace("2017-09-14", "2017-13-14"),
        ROW.replace("1505352445.265", ""),
        "only,three,cells",
        "a\rb,c\rd",
    ],
)
def test_damaged_row_is_left_out_and_told(
    row: str, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is the only one there is, the table is none."""
    assert _read(HEADER, row, ROW, row) == (CALL,)
    assert "2 records of calls could not be read" in caplog.text
    with pytest.raises(PbxUnreachable):
        _read(HEADER, row)


def test_newest_calls_are_kept() -> None:
    """Of those in one second, the last of the file comes first."""
    rows = [
        f"{number},2017-09-14 09:{minute:02}:00,1001,1002,0,0,,,,,,,,"
        for number, minute in enumerate((5, 1, 4, 4, 2))
    ]
    table = history.Table(3)
    table.write("\n".join([HEADER, *rows]).encode())
    assert [call.id for call in table.calls()] == ["0", "3", "2"]


def test_overlong_line_or_table_is_refused() -> None:
    """Neither may fill the memory."""
    table = history.Table(1)
    with pytest.raises(PbxUnreachable):
        table.write(b"x" * 10_000)
    table = history.Table(1)
    with pytest.raises(PbxRefused) as err:
        table.write(b"\n" * (history.MAX_BYTES + 1))
    assert err.value.refusal is Refusal.TOO_MUCH
    table = history.Table(1)
    table.write(HEADER.encode())
    with pytest.raises(PbxRefused):
        table.write(b"\nx" * (history.MAX_ROWS + 2))
