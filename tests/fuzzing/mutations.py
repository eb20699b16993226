"""Damages files and JSON, the same way again for the same seed."""

import copy
import math

# What cells, lines and headers of other programs hold now and then.
_WORDS = (
    *(b"", b"nan", b"inf", b"-inf", b"1e999", b"-1", b"0", b"1_000", b"NULL"),
    *(b"9" * 400, b"9" * 5000, b"0x10", b"\xb2", "²".encode(), "٣".encode()),
    *(b"\0", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\n\n"),
    *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80"),
    *(b"[", b"]", b"{", b"}", b"true", b"../../etc/passwd", b"a" * 140_000),
)
_VALUES = (
    *(None, True, False, 0, 1, -1, 2, 80.0, 0.5, 10**9, 10**30, -(10**9)),
    *(1e308, math.nan, math.inf, "", "x", "../../x", "/etc/passwd", "\0"),
    *([], [1], [[]], {}, {"a": 1}, ["x"], [None]),
)


def mutate_bytes(data: bytes, rng) -> bytes:
    """Returns bytes with one to four changes, of all of those kinds."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(data))
        end = min(len(data), place + rng.choice((1, 1, 4, 20, 200)))
        match rng.randint(0, 7):
            case 0 if data:
                data[min(place, len(data) - 1)] ^= 1 << rng.randint(0, 7)
            case 1:
                del data[place:end]
            case 2:
                data[place:place] = data[place:end]
            case 3:
                data[place:place] = rng.choice(_WORDS)
            case 4:
                data[place:end] = rng.choice(_WORDS)
            case 5:
                data = data[:place]
            case 6:
                data = _swap_lines(data, rng)
            case _:
                data[place:end] = rng.randbytes(end - place)
    return bytes(data)


def mutate_cells(data: bytes, rng) -> bytes:
    """Returns a table with some cells replaced, so that it stays a table."""
    lines = data.split(b"\n")
    mark = max((b",", b";", b"\t", b" "), key=lines[0].count)
    for _ in range(rng.randint(1, 3)):
        line = rng.randrange(len(lines))
        cells = lines[line].split(mark)
        cells[rng.randrange(len(cells))] = rng.choice(_WORDS)
        lines[line] = mark.join(cells)
    return b"\n".join(lines)


def mutate_json(value, rng):
    """Returns parsed JSON with one value lost, changed, or moved."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    # Half of all changes near the top, where most is decided.
    depth = min(rng.randint(1, 4), max(len(p) for p in places))
    near = [p for p in places if len(p) <= depth]
    place = rng.choice(near if rng.random() < 0.5 else places)
    parent = value
    for key in place[:-1]:
        parent = parent[key]
    key = place[-1]
    match rng.randint(0, 5):
        case 0:
            del parent[key]
        case 1 if isinstance(parent[key], list) and parent[key]:
            parent[key].append(copy.deepcopy(rng.choice(parent[key])))
        case 2 if isinstance(parent[key], int | float):
            parent[key] = parent[key] * rng.choice((-1, 2, 1000, 10**7))
        case 3:
            parent[key] = copy.deepcopy(_at(value, rng.choice(places)))
        case _:
            parent[key] = copy.deepcopy(rng.choice(_VALUES))
    return value


def _at(value, place):
    for key in place:
        value = value[key]
    return value


def _places(value, place=()):
    """The path of everything in parsed JSON."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return
    for key, inner in items:
        yield (*place, key)
        yield from _places(inner, (*place, key))


def _swap_lines(data, rng):
    lines = bytes(data).split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return bytearray(b"\n".join(lines))
