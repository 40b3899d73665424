"""Where a project keeps its recordings: the table [store] of mote.toml.

Without it, in the folder `recordings`, with a catalogue of this machine. With it, in an object
store, with a catalogue here or in a PostgreSQL database that a team shares.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from motekit.core.errors import InputError, MachineError
from motekit.core.params import from_mapping, param

from .backend import Backend, FolderBackend, file_lock
from .catalogue import Catalogue, catalogue_path
from .files import inside, private_folder
from .sql_catalogue import PostgresCatalogue, SqliteCatalogue

if TYPE_CHECKING:
    from .object_store import ObjectBackend

FILE: Final = "mote.toml"
OPTIONS: Final = ("endpoint", "region")


@dataclass(frozen=True)
class StoreTable:
    """[store]: where recordings and their catalogue are."""

    place: str = param(
        "recordings", "a folder of the project, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME"
    )
    catalogue: str = param(
        "", "empty: a file of this machine; or postgresql://USER@HOST/DATABASE, for a team"
    )


def table_of(project: Path) -> StoreTable:
    """The table [store] of a project; the default without a mote.toml. Raises InputError."""
    path = project / FILE
    if not path.is_file():
        return StoreTable()
    try:
        given: Any = tomllib.loads(path.read_text(encoding="utf-8")).get("store", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=path,
                         way_out="correct what stands there") from error  # fmt: skip
    if not isinstance(given, dict):
        raise InputError("expected a table", where=f"{path}: store", value=given)
    return from_mapping(StoreTable, given, f"{path}: store")


def catalogue_of(project: Path, table: StoreTable | None = None) -> Catalogue:
    """The catalogue of a project. Raises InputError, MachineError."""
    table = table or table_of(project)
    if not table.catalogue:
        return SqliteCatalogue(catalogue_path(project))
    if not table.catalogue.startswith(("postgresql://", "postgres://")):
        raise InputError("a catalogue is empty or postgresql://…", where="store.catalogue",
                         value=table.catalogue[:40])  # fmt: skip
    return PostgresCatalogue(table.catalogue)


def backend_of(project: Path) -> Backend:
    """Where the recordings of a project are. Raises InputError, MachineError."""
    table = table_of(project)
    if "://" not in table.place:
        return FolderBackend(inside(project, table.place))
    return object_backend(project, table)


def object_backend(project: Path, table: StoreTable) -> ObjectBackend:
    """Recordings in an object store. Its one writer holds the lock of the shared catalogue, or,
    without one, of this machine."""
    from .object_store import ObjectBackend

    parts = urlsplit(table.place)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    unknown = [key for key in options if key not in OPTIONS]
    if parts.scheme != "s3" or not parts.netloc or unknown:
        raise InputError(
            "recordings are in a folder or at s3://BUCKET/PREFIX", where="store.place",
            value=unknown[0] if unknown else table.place,
            way_out=f"options behind a ?: {', '.join(OPTIONS)}",
        )  # fmt: skip
    root = f"{parts.netloc}{parts.path}".rstrip("/")
    private_folder(project / ".motekit")
    cache = project / ".motekit" / "objects" / hashlib.sha256(table.place.encode()).hexdigest()[:16]
    shared = catalogue_of(project, table) if table.catalogue else None

    @contextlib.contextmanager
    def lock() -> Iterator[None]:
        with file_lock(project / ".motekit" / "store.lock"):
            held = shared.lock() if shared is not None else None
            with held or contextlib.nullcontext():
                yield

    return ObjectBackend(_file_system(options), root, cache, lock)


def _file_system(options: dict[str, str]) -> Any:
    """S3 through Arrow; keys come from where every tool of it looks (AWS_ACCESS_KEY_ID …)."""
    from pyarrow.fs import S3FileSystem

    endpoint = options.get("endpoint", os.environ.get("AWS_ENDPOINT_URL", ""))
    scheme, _, host = endpoint.rpartition("://")
    # Delayed: a small object takes one request instead of the three of a multipart upload.
    given: dict[str, Any] = {"allow_delayed_open": True, "background_writes": False}
    if host:
        given |= {"endpoint_override": host, "scheme": scheme or "https"}
    if "region" in options:
        given["region"] = options["region"]
    try:
        return S3FileSystem(**given)
    except (OSError, ValueError) as error:
        raise MachineError(f"cannot use the object store: {error}", where="store.place") from error
