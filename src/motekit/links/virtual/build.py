"""Compiles C of the package for this machine, once; the result is kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata, resources
from pathlib import Path

from motekit.core.errors import MachineError

FLAGS = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-fno-sanitize=all")
LINK = Path(str(resources.files("motekit"))) / "runtime" / "link"
HERE = Path(__file__).parent


def cache_dir() -> Path:
    """Where compiled files are kept: $XDG_CACHE_HOME/motekit, or ~/.cache/motekit."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "motekit"


def _key(sources: Sequence[Path], flags: Sequence[str]) -> str:
    digest = hashlib.sha256("\0".join((metadata.version("ziglang"), sys.platform, *flags)).encode())
    headers = {header for source in sources for header in source.parent.glob("*.h")}
    headers.update(LINK.glob("*.h"))
    for path in sorted((*sources, *headers)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def compile_host(name: str, sources: Sequence[Path], *, library: bool) -> Path:
    """An executable, or a library to load, of C sources. Headers are found beside them and
    among the link's.

    Raises MachineError with the compiler's first line if it fails.
    """
    flags = (*FLAGS, "-shared", "-fPIC") if library else FLAGS
    out = cache_dir() / "native" / f"{name}-{_key(sources, flags)}{'.so' if library else ''}"
    if out.exists():
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=out.parent, prefix=out.name)
    os.close(handle)
    include = sorted({f"-I{source.parent}" for source in sources} | {f"-I{LINK}"})
    command = [sys.executable, "-m", "ziglang", "cc", *flags, *include, *map(str, sources)]
    environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(cache_dir() / "zig")}
    done = subprocess.run(
        [*command, "-o", temporary], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode != 0:
        Path(temporary).unlink()
        first = next((line for line in done.stderr.splitlines() if "error" in line), "")
        raise MachineError(f"the C compiler failed: {first}", where=name)
    os.replace(temporary, out)
    return out


def link_sources(*, reader: bool = False) -> list[Path]:
    """The C files of the device's end, with or without the receiving half."""
    return [p for p in sorted(LINK.glob("*.c")) if reader or p.stem != "mk_link_reader"]
