"""CSV: one recording per file, or the long form with id columns."""

from __future__ import annotations

import zlib

from motekit.core.format import Format
from motekit.recordings.parts import HEAD

from .params import Params
from .reader import parts
from .writer import write


def sniff(head: bytes) -> bool:
    """Text without NUL whose first line has a separator or stands alone as a number or name."""
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
        except zlib.error:
            return False
    if b"\0" in head or head[:1] in (b"{", b"["):
        return False
    try:
        text = head.decode("utf-8-sig", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8-sig")
    return any(mark in text.partition("\n")[0] for mark in ",;\t")


FORMAT = Format(
    name="csv",
    summary="comma-separated values, one recording per file or the long form",
    suffixes=(".csv", ".tsv", ".csv.gz", ".tsv.gz"),
    sniff=sniff,
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
)
