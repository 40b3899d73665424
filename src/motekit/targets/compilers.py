"""The compilers we can call: where they are, which version they are, and their common flags."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from motekit.core.errors import InputError, MachineError

from .cache import cache_dir
from .diagnostics import CompileError
from .plugin import Core

OPT_LEVELS = ("-O0", "-O1", "-Os", "-O2", "-O3")

# What every warning-free file of ours is compiled with in tests.
STRICT = (
    "-Wall", "-Wextra", "-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Wvla", "-Werror",
)  # fmt: skip

# -ffp-contract=off and no fast-math: floats are bit-identical on every core and compiler.
COMMON = ("-std=c99", "-g0", "-ffp-contract=off", "-fno-math-errno", "-ffunction-sections",
          "-fdata-sections")  # fmt: skip
BARE = ("-ffreestanding", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables")
_DISK_FULL = ("No space left", "NoSpaceLeft", "Disk quota exceeded")

# For programs that are optimised as a whole: objects hold the compiler's own form of the code.
WHOLE = ("-flto",)

ZIG = ("-fno-sanitize=all", "-fno-unroll-loops")


@dataclass(frozen=True)
class Compiler:
    """A compiler for one core.

    Args:
        name: "zig", "gcc" or "clang".
        command: program and sub-command.
        identity: version text, part of every cache key.
        flags: core flags and common flags, without the optimisation level.
    """

    name: str
    command: tuple[str, ...]
    identity: str
    flags: tuple[str, ...]


@functools.cache
def find(core: Core, name: str = "zig") -> Compiler:
    """The compiler `name` for a core.

    Raises:
        InputError: the core cannot be compiled with it.
        MachineError: it is not installed.
    """
    if name not in core.flags:
        known = ", ".join(core.compilers) or "none: this core is for printing C only"
        raise InputError(
            f"core {core.name} has no compiler of this name",
            where="compiler",
            value=name,
            way_out=f"choose one of: {known}",
        )
    bare = core.emulation is not None
    command = (zig(), "cc") if name == "zig" else (_on_path(_program(name, bare)),)
    flags = (*core.flags[name], *COMMON, *(BARE if bare else ("-fPIC",)))
    if name == "zig":
        flags += ZIG
    elif name == "clang":
        flags += ("-fno-unroll-loops",)
    return Compiler(name, command, _version(command), flags)


def _program(name: str, bare: bool) -> str:
    return "arm-none-eabi-gcc" if name == "gcc" and bare else name


@functools.cache
def zig() -> str:
    """Path of the Zig binary of the ziglang package."""
    spec = importlib.util.find_spec("ziglang")
    folder = None if spec is None or spec.origin is None else Path(spec.origin).parent
    program = folder and folder / ("zig.exe" if sys.platform == "win32" else "zig")
    if program is None or not program.is_file():
        raise MachineError(
            "the Zig compiler is missing", where="ziglang", way_out="pip install ziglang==0.17.0"
        )
    return str(program)


def _on_path(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise MachineError(
            "the compiler is not on the PATH",
            where=program,
            way_out=f"install {program} or use the compiler that came with motekit (zig)",
        )
    return found


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    done = run((*command, "--version"), None)
    own = f"zig {metadata.version('ziglang')}, " if command[-1] == "cc" else ""
    return own + (done.stdout.splitlines() or [command[0]])[0]


def run(
    command: tuple[str, ...], folder: Path | None, zig_cache: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool without a shell. Raises MachineError.

    What Zig builds for all programs (its runtimes) is cached in `zig_cache`; what it builds of
    ours we keep ourselves.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="motekit-zig-") as scratch:
            environment = {
                **os.environ,
                "ZIG_GLOBAL_CACHE_DIR": str(zig_cache or cache_dir("zig")),
                "ZIG_LOCAL_CACHE_DIR": str(zig_cache or scratch),
                "SOURCE_DATE_EPOCH": "0",
            }
            return subprocess.run(
                command, cwd=folder, env=environment, text=True, errors="replace",
                capture_output=True, check=False,
            )  # fmt: skip
    except OSError as error:
        raise MachineError(
            "a tool could not be started", where=command[0], value=error.strerror
        ) from error


def must(
    command: tuple[str, ...], folder: Path | None, what: str, zig_cache: Path | None = None
) -> str:
    """Run a tool that has to succeed; returns its output. Raises CompileError, MachineError."""
    done = run(command, folder, zig_cache)
    if done.returncode != 0 and any(sign in done.stderr for sign in _DISK_FULL):
        raise MachineError("the disk is full", where=command[0], way_out="free some space")
    if done.returncode != 0:
        raise CompileError.of(what, done.stderr or done.stdout)
    return done.stdout
