"""One uploaded file as it travels through the spool: who, what, under which name, and its bytes."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from motekit.core.errors import InputError
from motekit.recordings.backend import folder_name
from motekit.recordings.facts import canonical
from motekit.recordings.files import stem

CATEGORIES = ("training", "testing", "anomaly")
ENDINGS = (".json", ".cbor", ".csv", ".wav")
_LENGTH = struct.Struct("<I")
_LABEL = re.compile(r"[a-zA-Z0-9\s\-_]+")  # Edge Impulse's rule for the label in a file name
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST_TEXT = 200
LONGEST_NAME = 120
MOST_METADATA = 64


@dataclass(frozen=True)
class Upload:
    """What is known of an uploaded file besides its bytes.

    Args:
        category: one of CATEGORIES.
        name: file name as given; unsuffixed by a date.
        label: label of the whole recording, or None.
        format: name of the format plugin that read it.
        params: parameters of the format, as plain values.
        metadata: what the client said of it, text to text.
        signature: "verified" or "unsigned" for acquisition files, else "".
        body_sha256: of the bytes, hex.
        blob: file beside the spool that holds the bytes, or "" if they follow in the record.
        key: name of the key that it came with.
        received: seconds since the Unix epoch.
        date_id: what is put behind the recording's name, or "".
    """

    category: str
    name: str
    label: str | None
    format: str
    params: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    signature: str = ""
    body_sha256: str = ""
    blob: str = ""
    key: str = ""
    received: float = 0.0
    date_id: str = ""

    @property
    def identity(self) -> str:
        """The same file told in the same words is one upload, however often it is sent."""
        value = [self.category, self.name, self.label, dict(self.metadata), self.body_sha256]
        return hashlib.sha256(canonical(value)).hexdigest()

    @property
    def recording(self) -> str:
        """Name of the recording, if it is free."""
        base = stem(self.name) if self.name.lower().endswith(ENDINGS) else self.name
        return f"{base}.{self.date_id}" if self.date_id else base


def pack(upload: Upload, body: bytes) -> bytes:
    """The payload of a spool record."""
    head = json.dumps(vars(upload), separators=(",", ":")).encode("ascii")
    return _LENGTH.pack(len(head)) + head + body


def unpack(payload: bytes) -> tuple[Upload, bytes]:
    """(upload, its bytes) of a record. Raises InputError."""
    try:
        length = _LENGTH.unpack_from(payload)[0]
        head = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
        return Upload(**head), payload[_LENGTH.size + length :]
    except (struct.error, ValueError, TypeError) as error:
        raise InputError("a record of the spool has another form", where="spool",
                         way_out="was it written by a newer motekit?") from error  # fmt: skip


def checked_name(name: str) -> str:
    """A file name that is a name and no path. Raises InputError."""
    stripped = name.strip()
    if (not stripped.strip(".") or stripped.lower() in ENDINGS or len(stripped) > LONGEST_NAME
            or _CONTROL.search(stripped) or any(mark in stripped for mark in "/\\:")):  # fmt: skip
        raise InputError(
            f"a file name has 1 to {LONGEST_NAME} characters and no '/', '\\' or ':'",
            where="file name", value=name[:60],
        )  # fmt: skip
    folder_name(stripped)
    return stripped


def checked_text(text: str, what: str) -> str:
    """A short text without control characters. Raises InputError."""
    if len(text) > LONGEST_TEXT or _CONTROL.search(text):
        raise InputError(f"must have at most {LONGEST_TEXT} characters, none of them a control",
                         where=what, value=text[:60])  # fmt: skip
    return text.strip()


def checked_metadata(text: str) -> dict[str, str]:
    """The object of x-metadata: texts by name. Raises InputError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("not JSON", where="x-metadata", value=text[:60]) from error
    if not isinstance(found, dict) or len(found) > MOST_METADATA:
        raise InputError(f"must be an object of at most {MOST_METADATA} texts",
                         where="x-metadata", value=text[:60])  # fmt: skip
    out = {}
    for name, value in found.items():
        if not isinstance(value, str | int | float):
            raise InputError("must be a text", where=f"x-metadata, {name[:60]}",
                             value=str(value)[:60])  # fmt: skip
        out[checked_text(name, "x-metadata")] = checked_text(str(value), f"x-metadata, {name[:60]}")
    return out


def label_of(name: str) -> str | None:
    """The label in a file name: "idle" of "idle.01"."""
    match = _LABEL.match(name)
    return match[0].strip() or None if match else None
