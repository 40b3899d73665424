"""Import files into a store: what is done stays done, what is half done never appears."""

from __future__ import annotations

import glob
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.learner import Progress
from motekit.core.params import from_mapping, param, to_mapping
from motekit.core.recording import Recording

from .facts import canonical
from .files import reading, sha256, stem
from .formats import FORMATS
from .labels import (
    SIDECARS,
    About,
    Template,
    applied,
    label_of_name,
    merged,
    read_sidecar,
)
from .parts import HEAD, format_of
from .store import Added, Store

GENERIC = (".json",)


@dataclass(frozen=True)
class ImportParams:
    """How files become recordings."""

    format: str = param("", "format of all files; empty: by ending and first bytes")
    label: str = param(
        "auto",
        "label of a file that does not hold one: by sidecar and pattern, else the text before "
        "the first dot of its name (auto), its folder, or none",
        choices=("auto", "folder", "none"),
    )
    pattern: str = param("", "pattern of the file names, such as '{label}/s{subject}_{session}'")
    sidecar: str = param("", "file with labels; empty: labels.csv, labels.json or info.labels")
    prefix: str = param("", "put before the name of every recording")
    overwrite: bool = param(False, "replace recordings of the same name")


@dataclass(frozen=True)
class Source:
    """A file to import, and its path below the folder that was named."""

    path: Path
    relative: PurePosixPath


@dataclass
class ImportReport:
    """What became of the files.

    Args:
        recordings: every recording with "added", "unchanged" or "replaced".
        skipped: files of a folder that no format knows.
    """

    recordings: list[Added] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "recordings": [{"name": a.name, "status": a.status} for a in self.recordings],
            "skipped": [str(path) for path in self.skipped],
        }


def _claimed(path: Path, format: str) -> bool:
    """Whether a format, or the one given, claims the file's ending.

    A file with a format's ending that is not of it is not passed over: reading it says what is
    wrong. Only an ending that much else has too needs the first bytes.
    """
    name = path.name.lower()
    asked = [FORMATS.get(format)] if format else list(FORMATS)
    formats = [f for f in asked if any(name.endswith(suffix) for suffix in f.suffixes)]
    if not name.endswith(GENERIC):
        return bool(formats)
    with reading(path), path.open("rb") as handle:
        head = handle.read(HEAD)
    return any(f.sniff(head) for f in formats)


def expand(sources: Sequence[str | Path], format: str = "") -> tuple[list[Source], list[Path]]:
    """(files, files of folders that no format knows) of paths, folders and globs, sorted.

    Raises InputError for a path or a glob that finds nothing.
    """
    out: dict[Path, Source] = {}
    skipped: list[Path] = []
    for given in sources:
        path = Path(given).expanduser()
        found = [path] if path.exists() else [Path(p) for p in glob.glob(str(path), recursive=True)]
        if not found:
            raise InputError("there is no such file or folder", where=str(given),
                             way_out="check the path")  # fmt: skip
        for entry in sorted(found):
            if not entry.is_dir():
                out.setdefault(entry.resolve(), Source(entry, PurePosixPath(entry.name)))
                continue
            for file in sorted(entry.rglob("*")):
                below = file.relative_to(entry)
                if not file.is_file() or any(p.startswith(".") for p in below.parts):
                    continue
                if file.name in SIDECARS:
                    continue
                if not _claimed(file, format):
                    skipped.append(file)
                    continue
                out.setdefault(file.resolve(), Source(file, PurePosixPath(below.as_posix())))
    if not out:
        raise InputError("no format knows any of these files", where=str(sources[0]),
                         way_out="name a file, or the format")  # fmt: skip
    return list(out.values()), skipped


def _sidecars(sources: Iterable[Source], given: str) -> dict[Path, About]:
    """What all sidecars say, by resolved path: the one given, or those beside the files."""
    if given:
        return read_sidecar(Path(given))
    out: dict[Path, About] = {}
    seen: set[Path] = set()
    for source in sources:
        levels = len(source.relative.parts)
        for folder in source.path.resolve().parents[:levels]:
            for name in SIDECARS:
                path = folder / name
                if path not in seen and path.is_file():
                    out |= read_sidecar(path)
                seen.add(path)
    return out


def _plain(path: PurePosixPath) -> PurePosixPath:
    """The path without the ending of the file."""
    return path.with_name(stem(path.name))


def _named(parts: Iterator[Recording], own: str, called: str, about: About,
           fallback: About, prefix: str) -> Iterator[Recording]:  # fmt: skip
    """Parts under their names in the store, with what names and sidecars say.

    A recording that has the file's `own` name is the only one of the file; it is `called` by
    its path below the imported folder, and only it takes a label from there.
    """
    for name, group in itertools.groupby(parts, key=lambda part: part.name):
        alone = name == own
        told = _told(group, about, fallback if alone else About())
        final = prefix + (called if alone else name)
        yield from (replace(part, name=final) for part in told)


def _told(parts: Iterator[Recording], about: About, fallback: About) -> Iterator[Recording]:
    """What the file says wins over the fallback, what sidecar and pattern say over the file."""
    first = next(parts)
    silent = first.label is None and not first.segments and not about.label and not about.spans
    said = merged(about, fallback) if silent else about
    return applied(itertools.chain([first], parts), said)


def _key(source_hash: str, name: str, chosen: Format, params: Any, about: About,
         options: ImportParams) -> str:  # fmt: skip
    """Names an import: the same file, read in the same way. Secrets do not enter."""
    given = {k: v for k, v in to_mapping(params).items() if k != "hmac_key"}
    value = {
        "file": source_hash, "name": name, "format": chosen.name, "params": given,
        "about": repr(about), "label": options.label, "prefix": options.prefix,
    }  # fmt: skip
    return hashlib.sha256(canonical(value)).hexdigest()


def import_files(
    store: Store,
    sources: Sequence[str | Path],
    options: ImportParams | None = None,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import files, folders and globs into a store.

    A recording is stored before the next one is read; after an interruption the same call goes
    on where it was, and files that were imported before are not read again.

    Args:
        params: parameters of the format, by name.
        progress: told the number of files done.

    Raises InputError at the first file that is wrong, MachineError if the disk is full; what
    was stored before stays.
    """
    options = options or ImportParams()
    files, skipped = expand(sources, options.format)
    said = _sidecars(files, options.sidecar)
    pattern = Template(options.pattern) if options.pattern else None
    report = ImportReport(skipped=skipped)
    for done, source in enumerate(files):
        if progress:
            progress(done, len(files), source.path.name)
        chosen = FORMATS.get(options.format) if options.format else format_of(source.path)
        values = from_mapping(chosen.params, params or {}, where=f"format {chosen.name}")
        about = said.get(source.path.resolve(), About())
        if pattern:
            whole = PurePosixPath(source.path.resolve().as_posix())
            about = merged(about, pattern.match(_plain(whole)))
        report.recordings += _import_one(store, source, chosen, values, about, options)
    if progress:
        progress(len(files), len(files))
    return report


def _fallback(source: Source, options: ImportParams) -> About:
    if options.label == "folder":
        return About(label=source.path.resolve().parent.name or None)
    if options.label == "auto":
        return About(label=label_of_name(source.path.name))
    return About()


def _import_one(store: Store, source: Source, chosen: Format, values: Any, about: About,
                options: ImportParams) -> list[Added]:  # fmt: skip
    hashed = sha256(source.path)
    called = "-".join(_plain(source.relative).parts)
    key = _key(hashed, called, chosen, values, about, options)
    note = store.backend.note(key)
    if note and not options.overwrite:
        names = _noted(note)
        if names and all(name in store for name in names):
            return [Added(name, "unchanged") for name in names]
    parts = chosen.parts(source.path, values)
    first = next(parts, None)
    if first is None:
        return []
    whole = itertools.chain([first], parts)
    origin = f"{source.path.name} sha256:{hashed}"
    sourced = (replace(part, source=part.source or origin) for part in whole)
    fallback = _fallback(source, options)
    named = _named(sourced, stem(source.path.name), called, about, fallback, options.prefix)
    added = list(store.add(named, options.overwrite))
    store.backend.set_note(key, json.dumps([a.name for a in added]).encode())
    return added


def _noted(note: bytes) -> list[str]:
    """The names in a note; none if it is damaged."""
    try:
        names = json.loads(note)
    except ValueError:
        return []
    return [str(name) for name in names] if isinstance(names, list) else []
