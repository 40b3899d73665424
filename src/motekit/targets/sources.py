"""What a compilation depends on: the source and every file of ours that it includes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from motekit.core.errors import InputError

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def read(path: Path) -> bytes:
    """The bytes of a source. Raises InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("a source cannot be read", where=path, value=error.strerror) from error


def digest(source: Path, include: Sequence[Path], settings: Sequence[str]) -> str:
    """Key of one compilation: settings, and names and contents of all files it may read.

    Includes are followed whether or not the preprocessor would take the branch, so a key
    may change without need but never stays when an object would differ. System headers are
    part of the compiler's version, which is among the settings.
    """
    total = hashlib.sha256()
    for part in settings:
        total.update(part.encode() + b"\0")
    for name, content in _closure(source, include):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _closure(source: Path, include: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    seen = {source.resolve()}
    waiting = [(source.name, source)]
    while waiting:
        name, path = waiting.pop()
        content = read(path)
        yield name, content
        for quoted, angled in _INCLUDE.findall(content):
            wanted = (quoted or angled).decode("utf-8", "replace")
            folders = [path.parent, *include] if quoted else list(include)
            found = next((f / wanted for f in folders if (f / wanted).is_file()), None)
            if found is not None and found.resolve() not in seen:
                seen.add(found.resolve())
                waiting.append((wanted, found))
