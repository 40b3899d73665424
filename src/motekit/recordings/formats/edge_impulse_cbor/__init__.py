"""Edge Impulse's acquisition format as CBOR, with or without a binary tail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import cbor2

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.recording import Recording
from motekit.recordings.edge_impulse import Params, from_recording, load_bytes, to_recording
from motekit.recordings.files import atomic_file
from motekit.recordings.signing import UNSIGNED, key_bytes, sign

DEPTH = 6  # object, payload, values, row: 4; a little room


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """The one recording of a file (see motekit.core.format)."""
    yield decode(load_bytes(path), path, params)


def decode(data: bytes, path: Path, params: Params) -> Recording:
    """The recording of a file's bytes."""
    handle = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(
        handle, max_depth=DEPTH, allow_duplicate_keys=False, strict_hashable_types=True
    )
    try:
        found = decoder.decode()
    except cbor2.CBORDecodeEOF as error:
        raise InputError(
            "the file is cut off: its CBOR ends too early", where=path, value=f"{len(data)} bytes",
            way_out="copy or record it again",
        ) from error  # fmt: skip
    except (cbor2.CBORError, ValueError, OverflowError, TypeError, ArithmeticError) as error:
        raise InputError(
            f"not CBOR that can be used: {' '.join(str(error).split())[:120]}", where=path,
            way_out="copy or record it again",
        ) from error  # fmt: skip
    return to_recording(path, data, found, data[handle.tell() :], params)


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write a recording of one stream; signed if there is a key."""
    data = cbor2.dumps(from_recording(recording, signed=bool(params.hmac_key)))
    if params.hmac_key:
        signature = sign(data, key_bytes(params.hmac_key, path))
        data = data.replace(UNSIGNED.encode(), signature.encode(), 1)
    with atomic_file(path) as handle:
        handle.write(data)


def sniff(head: bytes) -> bool:
    """A CBOR map that begins with one of the three keys."""
    keys = (b"iprotected", b"isignature", b"gpayload")
    return head[:1] in (b"\xa3", b"\xbf") and head[1:].startswith(keys)


FORMAT = Format(
    name="edge_impulse_cbor",
    summary="Edge Impulse acquisition, CBOR, with or without a binary tail",
    suffixes=(".cbor",),
    sniff=sniff,
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
    decode=decode,
)
