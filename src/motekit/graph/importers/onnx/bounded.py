"""Count the messages of an ONNX file before anything is built from them.

Two bytes of a protobuf can be a message that takes a hundred in memory, so the number of
messages is limited first, by a walk over the wire format along the fields of onnx.proto.
Source: the protobuf encoding specification; field numbers of onnx.proto3.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST_MESSAGES = 200_000
MOST_DEPTH = 8
# message → {field: message}; "bytes" ends the walk, "small" is refused when it is large.
FIELDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "leaf", 14: "leaf", 20: "small", 25: "small", 26: "small"},
    "graph": {1: "node", 5: "tensor", 11: "info", 12: "info", 13: "info", 14: "small",
              15: "small", 16: "leaf"},
    "node": {1: "bytes", 2: "bytes", 5: "attribute", 9: "leaf"},
    "attribute": {5: "tensor", 6: "graph", 9: "bytes", 10: "tensor", 11: "graph", 14: "small",
                  15: "small", 22: "small", 23: "small"},
    "info": {2: "type", 4: "leaf"},
    "type": {1: "tensor_type", 4: "small", 5: "small", 8: "small", 9: "small"},
    "tensor_type": {2: "shape"},
    "shape": {1: "leaf"},
    "tensor": {6: "bytes", 13: "leaf", 16: "leaf"},
    "leaf": {},
}  # fmt: skip
LARGE = 1 << 16


def check(content: bytes) -> None:
    """Raise ValueError if the file is cut, nested too deep, or holds too many messages."""
    left = MOST_MESSAGES
    work: list[tuple[str, int, int, int]] = [("model", 0, len(content), 0)]
    while work:
        message, start, end, depth = work.pop()
        if depth > MOST_DEPTH:
            raise ValueError("messages are nested too deep")
        known = FIELDS[message]
        for number, wire, at, stop in _fields(content, start, end):
            if wire != 2 or number not in known:
                continue
            left -= 1
            if left < 0:
                raise ValueError(f"more than {MOST_MESSAGES} messages")
            kind = known[number]
            if kind == "small" and stop - at > LARGE:
                raise ValueError(f"field {number} of a {message} is too large")
            if kind not in ("small", "bytes"):
                work.append((kind, at, stop, depth + (kind == "graph")))


def _fields(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(number, wire type, start, end) of every field of a message."""
    while at < end:
        key, at = _varint(content, at, end)
        number, wire = key >> 3, key & 7
        start = at
        if wire == 0:
            _, at = _varint(content, at, end)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            length, start = _varint(content, at, end)
            at = start + length
        else:
            raise ValueError(f"wire type {wire} is not one of onnx")
        if at > end:
            raise ValueError("a field goes beyond its message")
        yield number, wire, start, at


def _varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise ValueError("the file ends within a number")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is too long")
