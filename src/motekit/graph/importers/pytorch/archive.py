"""The parts of a .pt2 archive that are read: JSON and raw bytes, each with a bound on its size."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError

MAX_JSON = 1 << 24
MAX_BYTES = 1 << 27  # of all weights together
MAX_ENTRIES = 20_000
EXPORT = "save the program with torch.export.save(torch.export.export(model, inputs), 'model.pt2')"


@dataclass(frozen=True)
class Archive:
    """A program as stored.

    Args:
        program: models/<name>.json.
        weights, constants: their tables of contents.
        blob: (folder, file name) → raw bytes.
    """

    program: Any
    weights: Any
    constants: Any
    blob: Callable[[str, str], bytes]


def read(content: bytes, path: Path) -> Archive:
    """The archive. Raises InputError: damaged, or not one of torch.export."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = {info.filename: info for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, IndexError) as error:
        raise InputError(f"the .pt2 file is damaged: {str(error)[:80]}", where=path,
                         way_out="export or download the model again") from error  # fmt: skip
    if len(entries) > MAX_ENTRIES:
        raise InputError("the archive has too many entries", where=path, value=len(entries))
    models = [n for n in entries if n.endswith(".json") and n.split("/")[1:2] == ["models"]]
    if not models:
        raise InputError(_what_else(set(entries)), where=path, way_out=EXPORT)
    if len(models) > 1:
        raise InputError("the archive holds more than one program", where=path,
                         value=[n.split("/")[-1] for n in models][:4], way_out=EXPORT)  # fmt: skip
    root, _, file = models[0].split("/", 2)
    name = file.removesuffix(".json")
    left = MAX_BYTES

    def get(entry: str, most: int) -> bytes:
        if entry not in entries:
            raise InputError("an entry of the archive is missing", where=path, value=entry)
        try:
            with archive.open(entries[entry]) as stream:
                data = stream.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
                NotImplementedError) as error:  # fmt: skip
            raise InputError(f"an entry of the archive is damaged: {str(error)[:60]}", where=path,
                             value=entry[:80]) from error  # fmt: skip
        if len(data) > most:
            raise InputError("an entry of the archive is too large", where=path, value=entry[:80])
        return data

    def blob(folder: str, entry: str) -> bytes:
        nonlocal left
        data = get(f"{root}/data/{folder}/{entry}", left)
        left -= len(data)
        return data

    def table(entry: str) -> Any:
        if entry not in entries:
            return {"config": {}}
        return _json(get(entry, MAX_JSON), path, entry)

    order = f"{root}/byteorder"
    if order in entries and get(order, 16).strip() != b"little":
        raise InputError("only little-endian archives are read", where=path)
    return Archive(
        _json(get(models[0], MAX_JSON), path, models[0]),
        table(f"{root}/data/weights/{name}_weights_config.json"),
        table(f"{root}/data/constants/{name}_constants_config.json"),
        blob,
    )


def _json(data: bytes, path: Path, entry: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError, UnicodeError) as error:
        raise InputError(f"an entry of the archive is no JSON: {str(error)[:60]}", where=path,
                         value=entry[:80]) from error  # fmt: skip


def _what_else(names: set[str]) -> str:
    """What a zip without a program is."""
    if any(n.startswith("serialized_") for n in names):
        return (
            "this .pt2 file is of an old PyTorch and keeps its weights pickled, which is not read"
        )
    if any(n.endswith("data.pkl") for n in names):
        return "this is a pickled PyTorch file (TorchScript or a checkpoint), which is never read"
    return "this zip holds no program of torch.export"
