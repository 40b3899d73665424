"""Read an upload before it is taken: what is acknowledged must become a recording."""

from __future__ import annotations

import functools
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError
from motekit.core.params import from_mapping
from motekit.core.recording import Recording
from motekit.recordings.formats import FORMATS

from .limits import Limits
from .replies import Refusal

HEAD = 4096
OBJECTS = ("edge_impulse_json", "edge_impulse_cbor")
ENDINGS = {
    "edge_impulse_json": (".json",), "edge_impulse_cbor": (".cbor",),
    "csv": (".csv",), "wav": (".wav",),
}  # fmt: skip
TYPES = {
    "application/json": "edge_impulse_json", "application/cbor": "edge_impulse_cbor",
    "application/octet-stream": "edge_impulse_cbor", "text/csv": "csv",
    "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav",
}  # fmt: skip
_SHM = Path("/dev/shm")  # a file system in memory, on Linux


@dataclass(frozen=True)
class Examined:
    """What reading found out: format plugin and its parameters, state of the signature, and
    whether the file itself holds labels."""

    format: str
    params: Mapping[str, str]
    signature: str
    labelled: bool


def format_name(head: bytes, name: str, content_type: str) -> str:
    """The format of a file: by its first bytes, then its name, then its type. Raises InputError."""
    if head.lstrip()[:1] == b"{":
        return "edge_impulse_json"
    for known in ("edge_impulse_cbor", "wav"):
        if FORMATS.get(known).sniff(head):
            return known
    lower = name.lower()
    for known, endings in ENDINGS.items():
        if lower.endswith(endings):
            return known
    kind = content_type.partition(";")[0].strip().lower()
    if kind in TYPES:
        return TYPES[kind]
    if FORMATS.get("csv").sniff(head):
        return "csv"
    raise InputError("files of this type are not taken", where=name,
                     way_out="send JSON, CBOR, CSV or WAV")  # fmt: skip


def params_for(format: str, head: bytes) -> dict[str, str]:
    """Parameters that the ingestion protocol fixes: a CSV's timestamp is in milliseconds."""
    if format == "csv":
        first = head.partition(b"\n")[0].partition(b",")[0].strip(b" \"'\r\t\xef\xbb\xbf")
        if first.lower() == b"timestamp":
            return {"time": first.decode(), "time_unit": "ms"}
    return {}


class Examiner:
    """Reads uploads through the format plugins. Methods may be called from several threads."""

    def __init__(self, limits: Limits, refuse_unsigned: bool = False) -> None:
        self._limits, self._refuse_unsigned = limits, refuse_unsigned
        where = _SHM if _SHM.is_dir() else None
        self._folder = tempfile.TemporaryDirectory(prefix="motekit-", dir=where)
        self._root = Path(self._folder.name)
        self._scratches: dict[int, FileIO] = {}

    def close(self) -> None:
        """Remove the scratch files."""
        for handle in self._scratches.values():
            handle.close()
        self._folder.cleanup()

    def small(self, data: bytes, name: str, content_type: str, hmac_key: str) -> Examined:
        """Examine bytes. Raises InputError with what is wrong, Refusal."""
        told = (name, content_type, hmac_key)
        return self._examine(data, data[:HEAD], len(data), told)

    def _scratch(self, data: bytes) -> Path:
        """The bytes as a file, for formats that read files."""
        thread = threading.get_ident()
        handle = self._scratches.get(thread)
        if handle is None:  # one file for each thread, written again and again
            handle = (self._root / f"upload-{thread}").open("wb", buffering=0)
            self._scratches[thread] = handle
        handle.seek(0)
        handle.truncate()
        handle.write(data)
        return Path(handle.name)

    def file(self, path: Path, name: str, content_type: str, hmac_key: str) -> Examined:
        """Examine a file. Raises InputError with what is wrong, Refusal."""
        with path.open("rb") as handle:
            head = handle.read(HEAD)
        told = (name, content_type, hmac_key)
        return self._examine(path, head, path.stat().st_size, told)

    def _examine(self, source: Path | bytes, head: bytes, size: int, told: tuple[str, str, str]
                 ) -> Examined:  # fmt: skip
        name, content_type, hmac_key = told
        if not head:
            raise InputError("the file is empty", where=name)
        format = format_name(head, name, content_type)
        fixed = params_for(format, head)
        given: dict[str, str] = dict(fixed)
        if format in OBJECTS:
            if size > self._limits.object_bytes:
                most = self._limits.object_bytes
                raise Refusal(413, f"a JSON or CBOR file has at most {most} bytes; send CSV or WAV")
            unsigned = "refuse" if self._refuse_unsigned else "accept"
            given |= {"hmac_key": hmac_key, "unsigned": unsigned}
        params = _params(format, tuple(given.items()))
        plugin = FORMATS.get(format)
        path = Path(name)
        parts: Iterable[Recording]
        try:
            if isinstance(source, bytes) and plugin.decode is not None:
                parts = (plugin.decode(source, path, params),)
            else:
                path = self._scratch(source) if isinstance(source, bytes) else source
                parts = plugin.parts(path, params)
            signature, labelled = _facts(parts, name)
        except InputError as error:
            raise InputError(_told(error, path, name)) from error
        return Examined(format, fixed, signature, labelled)


def _facts(parts: Iterable[Recording], name: str) -> tuple[str, bool]:
    """Read every part; (state of the signature, whether there are labels)."""
    signature, samples, labelled = "", 0, False
    for part in parts:
        signature = part.metadata.get("signature", "")
        samples += len(part.streams[0])
        labelled = labelled or part.label is not None or bool(part.segments)
    if not samples:
        raise InputError("there is no sample", where=name)
    return signature, labelled


@functools.lru_cache(maxsize=256)
def _params(format: str, given: tuple[tuple[str, str], ...]) -> Any:
    """The format's Params value; the same few over and over."""
    return from_mapping(FORMATS.get(format).params, dict(given), where=f"format {format}")


def _told(error: InputError, path: Path, name: str) -> str:
    """The error under the client's name of the file, without paths of this machine."""
    return error.line().replace(str(path), name).replace(path.name, name)
