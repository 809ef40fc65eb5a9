"""JSON that is not quite JSON: what is put right, and what is not guessed."""

from collections.abc import Iterable
import json
import threading
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client.yeastar.s.lenient_json import read

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=5)


def paired(value: Any) -> Any:
    """Return what reading gives for a value: objects become tuples of pairs."""
    if isinstance(value, dict):
        return tuple((key, paired(inner)) for key, inner in value.items())
    return [paired(inner) for inner in value] if isinstance(value, list) else value


def written(value: Any, comma: str = "", quotes: str = '""') -> Iterable[str]:
    """Write a value with the vendor's slips: a last comma, other quotes for keys."""
    if isinstance(value, dict):
        yield "{"
        for index, (key, inner) in enumerate(value.items()):
            yield ("," if index else "") + quotes[:1] + key + quotes[1:] + " : "
            yield from written(inner, comma, quotes)
        yield (comma if value else "") + "}"
    elif isinstance(value, list):
        yield "["
        for index, inner in enumerate(value):
            yield "," if index else ""
            yield from written(inner, comma, quotes)
        yield (comma if value else "") + "]"
    else:
        yield json.dumps(value, ensure_ascii=False)


@given(objects)
def test_proper_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    """Objects keep order, arrays are lists."""
    assert read(json.dumps(value).encode()) == paired(value)


def test_repeated_keys_are_all_there() -> None:
    """That is what the legacy format is about."""
    assert read(b'{"ext":{"extid":"1"},"callid":"7","ext":{"extid":"2"}}') == (
        ("ext", (("extid", "1"),)),
        ("callid", "7"),
        ("ext", (("extid", "2"),)),
    )


def test_numbers_stay_what_is_written() -> None:
    """A callid that is no string keeps its last zero."""
    assert read(b'{"a":1495698433.20,"b":007}') is None
    assert read(b'{"a":1495698433.20,"b":-1e5,"c":NaN,"d":-Infinity}') == (
        ("a", "1495698433.20"),
        ("b", "-1e5"),
        ("c", "NaN"),
        ("d", "-Infinity"),
    )


@pytest.mark.parametrize("body", ['\ufeff{"a":"b"}', ' \t\r\n{"a":"b"}\r\n\r\n'])
def test_byte_order_mark_and_white_space(body: str) -> None:
    """They do not count."""
    assert read(body.encode()) == (("a", "b"),)


def test_control_characters_in_a_string() -> None:
    """No reason to lose the rest."""
    assert read(b'{"a":"b\tc\x01"}') == (("a", "b\tc\x01"),)


@pytest.mark.parametrize(
    "body",
    [
        '{"a":"b","c":["d",{"e":"f"}],}',
        '{"a":"b","c":["d",{"e":"f"},]}',
        '{"a":"b","c":["d",{"e":"f" , \n }\t,\r\n ] , } ',
        "{“a”:“b”,“c”:[“d”,{“e”:“f”}]}",
        '{”a“:“b“,”c”:[“d",{“e”:“f”}]}',
        '{a:"b",c:["d",{e:"f"}]}',
        '{ a : "b" , "c" : [ "d" , { e : "f" } ] }',
        '{"a":"b","c":["d",{"e":"f"}]',
        '{"a":"b","c":["d",{"e":"f"}]  \n',
        "{a:“b”,c:[“d”,{e:“f”,},]",
    ],
)
def test_known_slips_are_put_right(body: str) -> None:
    """Each of quirk 16, and all together."""
    assert read(body.encode()) == (("a", "b"), ("c", ["d", (("e", "f"),)]))


@pytest.mark.parametrize("last", ["null", "true", "false", "“x”", "[]", "{}", '"x"'])
def test_braces_are_added_after_a_whole_value(last: str) -> None:
    """Only such a value cannot have been longer."""
    found = read(f'{{"a":{{"b":{last}'.encode())
    assert found == read(
        f'{{"a":{{"b":{last.translate({8220: 34, 8221: 34})}}}}}'.encode()
    )
    assert found is not None


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "RING",
        "null",
        "17",
        '"RING"',
        "[]",
        '[{"a":"b"}]',
        "{",
        '{"a',
        '{"a"',
        '{"a":',
        '{"a":"b',
        '{"a":"b\\"',
        '{"a":"b",',
        '{"a":"b",c',
        '{"a":"b","c"',
        '{"a":"b","c":',
        '{"a":"b","c":{',
        '{"a":"b","c":[',
        '{"a":"b","c":12',
        '{"a":"b","c":["d"',
        '{"a":"b","c":["d",{"e":"f"}',
        '{"a":"b","c":["d",{"e":"f"',
        '{"a":"b","c":["d",{"e":"f"}}',
        '{"a":"b","c":tru',
        '{"a":“b',
        '{"a":"b"}}',
        '{"a":"b"}]',
        ']{"a":"b"}',
        '{"a":"b"]',
        '{"a":["b"}',
        '{"a":["b"},"c":"d"}',
        '{"a":"b"}{"a":"b"}',
        '{"a":1 2,}',
        '{"a":tru e,}',
        '{"a":"b" "c",}',
        '{"a":b,}',
        '{a b:"c"}',
        '{"a":"b",,}',
        '{"a":"b";"c":"d",}',
        "{'a':'b'}",
        '{"a":"\\x",}',
        '{"a":"b"}\x00',
        '{"a":"b",}\ufffd',
    ],
)
def test_what_had_to_be_guessed_is_nothing(body: str) -> None:
    """A report that is not read costs seconds, a wrong one truth."""
    assert read(body.encode()) is None


def test_proper_strings_are_never_touched() -> None:
    """Whatever looks like a slip inside them."""
    inside = r"“x”: {a: [1,],} \" ,} \\"
    assert read(f'{{"a":"{inside}","b":["{inside}",],}}'.encode()) == (
        ("a", json.loads(f'"{inside}"')),
        ("b", [json.loads(f'"{inside}"')]),
    )


@given(objects)
def test_last_commas_change_nothing(value: dict[str, Any]) -> None:
    """Any value, written with one in each object and array."""
    keyed = json.loads(json.dumps(value), object_pairs_hook=_plain_keys)
    for quotes in ('""', "“”", ""):
        body = "".join(written(keyed, ",", quotes))
        assert read(body.encode()) == paired(keyed)


def _plain_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {f"k{index}": value for index, (_, value) in enumerate(pairs)}


@given(objects, st.data())
def test_cut_text_is_nothing_or_its_beginning(
    value: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever is cut off, no string and no key is invented."""
    body = json.dumps(value).encode()
    cut = body[: data.draw(st.integers(0, len(body)))]
    found = read(cut)
    if found is not None:
        assert _leaves(found) <= _leaves(paired(value))
    assert read(cut + b"\xff{") is None


def _leaves(value: Any) -> set[str]:
    if isinstance(value, tuple | list):
        return set[str]().union(*map(_leaves, value))
    return {str(value)}


def test_body_of_more_than_64_kib_is_nothing() -> None:
    """No report is that long."""
    head, tail = b'{"a":"', b'"}'
    for body in (head, head.replace(b'"a"', b"a")):
        fits = body + b"x" * (65536 - len(body) - len(tail)) + tail
        assert read(fits) is not None
        assert read(fits.replace(b"x", b"xx", 1)) is None


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "{",
        '{"a":',
        "{a:",
        '{"a":[',
        '"',
        "\\",
        '"\\',
        "“",
        "a",
        "1",
        "-",
        ",",
        " ",
        '{"a":"b",}',
        '"a"',
        "]",
        "}",
        "\x00",
        "[[],",
        "{a:{},",
    ],
)
@pytest.mark.parametrize(
    "head", ["", "{", "[", '{"a":', "{a:", '{a:"', "{a:“", '{"":{},']
)
def test_much_of_anything_is_read_at_once(head: str, piece: str) -> None:
    """Neither depth nor length costs more than once through."""
    body = (head + piece * (65536 // len(piece.encode())))[:65536].encode()[:65536]
    found = read(body)
    assert found is None or isinstance(found, tuple)


@pytest.mark.parametrize("head", ['{"a":', "{a:"])
def test_deeper_than_the_stack_is_nothing(head: str) -> None:
    """How deep that is depends on the thread."""
    body = f"{head}{'[' * 30000}{']' * 30000}}}".encode()
    found: list[object] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(read(body)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert found == [None]


@given(st.binary())
def test_no_bytes_at_all_break_it(body: bytes) -> None:
    """An object or nothing."""
    assert isinstance(read(body), tuple | None)
    assert isinstance(read(bytearray(body)), tuple | None)


@given(st.text('{}[]",:“”\\ a1-.\n\ufffd'))
def test_no_mixture_of_its_own_characters_breaks_it(body: str) -> None:
    """What json reads by itself, it reads alike."""
    found = read(body.encode())
    try:
        strict = json.loads(body, object_pairs_hook=tuple, strict=False, **_AS_TEXT)
    except ValueError:
        return
    assert found == (strict if isinstance(strict, tuple) else None)


_AS_TEXT: dict[str, Any] = {"parse_int": str, "parse_float": str, "parse_constant": str}
