"""Edge Impulse's acquisition format as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.recording import Recording
from motekit.recordings.edge_impulse import Params, from_recording, load_bytes, to_recording
from motekit.recordings.files import atomic_file
from motekit.recordings.signing import UNSIGNED, key_bytes, sign


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without doubled keys: two readers must not see two files in one."""
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key is there twice")
    return out


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """The one recording of a file (see motekit.core.format)."""
    yield decode(load_bytes(path), path, params)


def decode(data: bytes, path: Path, params: Params) -> Recording:
    """The recording of a file's bytes."""
    try:
        found = json.loads(data, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg}", where=f"{path}:{error.lineno}", value=f"byte {error.pos}",
            way_out="copy the file again",
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON that can be used: {error}", where=path,
                         way_out="export it again") from error  # fmt: skip
    return to_recording(path, data, found, b"", params)


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write a recording of one stream; signed if there is a key."""
    found = from_recording(recording, signed=bool(params.hmac_key))
    try:
        data = json.dumps(found, separators=(",", ":"), allow_nan=False).encode("ascii")
    except ValueError as error:
        raise InputError(
            "JSON has no NaN and no infinity",
            where=recording.name,
            way_out="leave the samples out, or write CBOR or Parquet",
        ) from error
    if params.hmac_key:
        signature = sign(data, key_bytes(params.hmac_key, path))
        data = data.replace(UNSIGNED.encode(), signature.encode(), 1)
    with atomic_file(path) as handle:
        handle.write(data)


FORMAT = Format(
    name="edge_impulse_json",
    summary="Edge Impulse acquisition, JSON",
    suffixes=(".json",),
    sniff=lambda head: (
        head.lstrip()[:1] == b"{" and (b'"payload"' in head or b'"protected"' in head)
    ),
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
    decode=decode,
)
