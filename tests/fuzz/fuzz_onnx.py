"""python tests/fuzz/fuzz_onnx.py [--minutes 30 | --runs N] [--seed S] [MODELS]

Feeds damaged .onnx files to the importer: half of them damaged as bytes, half as messages (numbers,
names and kinds changed, nodes moved and doubled), so that what parses is hit too. Every run must
end in a graph or in an InputError, within 5 s and 1 GB. Starts from the models named, by default
the shared ones, and from those of the importer's own tests.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import onnx
from files import arguments, contents, damaged, fuzz, number
from google.protobuf.message import Message

from motekit.graph.importers.onnx import load
from motekit.graph.importers.onnx.test_onnx_ops import CASES


def fields(message: Message) -> list[tuple[Message, Any]]:
    """(message, field) of everything set, at any depth."""
    found: list[tuple[Message, Any]] = []
    for field, value in message.ListFields():
        found.append((message, field))
        if field.message_type is not None:
            for child in value if field.is_repeated else [value]:
                found += fields(child)
    return found


def change(message: Any, field: Any, rng: random.Random) -> None:
    """One field, to something its type allows."""
    name, value = field.name, getattr(message, field.name)
    if field.is_repeated:
        if rng.random() < 0.3 and len(value):
            del value[rng.randrange(len(value))]
        elif field.message_type is not None and len(value):
            value.add().CopyFrom(rng.choice(value))
        elif field.message_type is None and len(value):
            at = rng.randrange(len(value))
            if isinstance(value[at], int | float):
                value[at] = number(value[at], rng)
            else:
                value[at] = rng.choice(value)
    elif isinstance(value, bool | int | float):
        setattr(message, name, number(value, rng))
    elif isinstance(value, str):
        setattr(message, name, rng.choice(("", "x", "y", "Conv", value[:-1], value + "_")))
    elif isinstance(value, bytes):
        setattr(message, name, value[: rng.randrange(len(value) + 1)])


def hurt(content: bytes, rng: random.Random) -> bytes:
    """Damage to bytes or to messages."""
    if rng.random() < 0.5:
        return damaged(content, rng)
    proto = onnx.ModelProto.FromString(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        message, field = rng.choice(fields(proto))
        try:
            change(message, field, rng)
        except (ValueError, OverflowError):
            continue  # this number does not fit the field
    return bytes(proto.SerializeToString())


if __name__ == "__main__":
    args = arguments(__doc__)
    starts = [*contents(args.models, "*.onnx"), *(make() for make in CASES.values())]
    sys.exit(fuzz("onnx", load, starts, hurt, args))
