"""python tests/fuzz/fuzz_pytorch.py [--minutes 30 | --runs N] [--seed S] [MODELS]

Feeds damaged .pt2 files to the importer. A zip notices most changes of its bytes, so most runs
change the JSON inside (values, keys, names, whole branches) and pack it again. Every run must end
in a graph or in an InputError, within 5 s and 1 GB. Starts from the models named and from a
program written here.
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from typing import Any

import numpy as np
from files import arguments, contents, damaged, fuzz, number

from motekit.graph.importers.pytorch import load
from motekit.graph.importers.pytorch.test_pytorch_files import (
    CONSTANTS,
    call,
    dense,
    packed,
    program,
)

CALLS = (
    call("aten.conv2d.default", "a", input="x", weight="k", bias="b", stride=[1, 2],
         padding=[1, 0]),
    call("aten.relu.default", "c", self="a"),
    call("aten.max_pool2d.default", "d", self="c", kernel_size=[2, 2], stride=[2, 2]),
    call("aten.permute.default", "e", self="d", dims=[0, 2, 3, 1]),
    call("aten.select.int", "f", self="e", dim=1, index=0),
    call("aten.add.Tensor", "g", self="f", other="b", alpha=1),
    call("aten.mean.dim", "h", self="g", dim=[-1], keepdim=False),
    call("aten.flatten.using_ints", "y", self="h", start_dim=0, end_dim=-1),
)  # fmt: skip


def images() -> bytes:
    constants = {"k": np.ones((2, 3, 3, 2), np.float32), "b": np.ones(2, np.float32)}
    return packed(*program(list(CALLS), {"x": (1, 3, 7, 6)}, "y", constants), constants)


def places(tree: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """(container, key) of every value in a JSON tree."""
    keys = range(len(tree)) if isinstance(tree, list) else tree if isinstance(tree, dict) else ()
    for key in keys:
        found.append((tree, key))
        places(tree[key], found)
    return found


def change(tree: Any, rng: random.Random) -> None:
    """One value somewhere in a JSON tree."""
    spots = places(tree, [])
    if not spots:
        return
    at, key = rng.choice(spots)
    value, kind = at[key], rng.randrange(6)
    if kind == 0 and isinstance(at, dict):
        del at[key]
    elif kind == 1:
        other, its = rng.choice(spots)
        at[key] = json.loads(json.dumps(other[its]))
    elif kind == 2:
        at[key] = rng.choice((None, [], {}, "", "x", -1, 1 << 70, 0.5, True, [[]], {"as_int": 3}))
    elif isinstance(value, bool):
        at[key] = not value
    elif isinstance(value, int | float):
        at[key] = number(value, rng)
    elif isinstance(value, str):
        at[key] = rng.choice(("x", "y", value[:-1], value + "_", "as_tensor", "torch.ops.aten.t"))
    elif isinstance(value, list) and value:
        value.append(rng.choice(value))


def hurt(content: bytes, rng: random.Random) -> bytes:
    """Damage to the archive's bytes or to the JSON in it."""
    if rng.random() < 0.15:
        return damaged(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for name in rng.choices([n for n in entries if n.endswith(".json")], k=2):
        tree = json.loads(entries[name])
        for _ in range(rng.choice((1, 1, 2, 4))):
            change(tree, rng)
        entries[name] = json.dumps(tree).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, damaged(data, rng) if rng.random() < 0.02 and data else data)
    return buffer.getvalue()


if __name__ == "__main__":
    args = arguments(__doc__)
    starts = [*contents(args.models, "*.pt2"), packed(*dense(), CONSTANTS), images()]
    sys.exit(fuzz("pytorch", load, starts, hurt, args))
