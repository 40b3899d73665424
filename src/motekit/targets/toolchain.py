"""C sources → objects → an ELF for a core, or a shared library for this computer.

The same input gives the same bytes in any folder: no paths, no timestamps, no build ids.
Objects are cached by content, so programs that share kernels compile each of them once.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from motekit.core.errors import InputError

from . import compilers, elf, sources
from .cache import cache_dir, made_once, prune
from .linking import link
from .plugin import Core

__all__ = [
    "Settings", "compile_objects", "executable", "link", "load", "owners", "program", "runtime",
    "shared_library",
]  # fmt: skip

PROCESSES = 2


@dataclass(frozen=True)
class Settings:
    """How sources are compiled.

    Args:
        compiler: "zig", "gcc", or for the host also "clang".
        opt: "-O0", "-O1", "-Os", "-O2" or "-O3".
        include: folders searched for headers, in order.
        defines: macros; a value of None gives a bare -D.
        sanitize: sanitizers, host only ("address", "undefined").
        extra: further flags, at the end.
        whole: optimise across files, at link time: what only one caller uses merges into it.
    """

    compiler: str = "zig"
    opt: str = "-Os"
    include: tuple[Path, ...] = ()
    defines: Mapping[str, object] = field(default_factory=dict)
    sanitize: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    whole: bool = False


def runtime(*names: str) -> tuple[Path, ...]:
    """Paths of files of the C runtime, as "platform/mk_semihost.c"."""
    root = Path(str(resources.files("motekit") / "runtime"))
    return tuple(root / name for name in names)


def compile_objects(
    core: Core, files: Iterable[Path], settings: Settings | None = None
) -> tuple[Path, ...]:
    """One object per source, in order, from the cache where it has them.

    Raises:
        InputError: unknown compiler or level, a source that cannot be read, or
            (CompileError) one that does not compile; the message holds the first complaint.
        MachineError: the compiler is missing or the cache cannot be written.
    """
    settings = settings or Settings()
    chosen = flags(core, settings)
    prune(cache_dir("objects"))
    with ThreadPoolExecutor(PROCESSES) as pool:
        return tuple(pool.map(lambda one: _compile(core, one, settings, chosen), files))


def flags(core: Core, settings: Settings) -> tuple[str, ...]:
    """All flags of a compilation but its search paths. Raises InputError, MachineError."""
    if settings.opt not in compilers.OPT_LEVELS:
        raise InputError(
            "unknown optimisation level",
            where="opt",
            value=settings.opt,
            way_out=f"choose one of: {' '.join(compilers.OPT_LEVELS)}",
        )
    if settings.sanitize and core.spec.isa != "host":
        raise InputError("sanitizers run on the host only", where="sanitize", value=core.name)
    out = [*compilers.find(core, settings.compiler).flags, settings.opt]
    out += [f"-D{k}" if v is None else f"-D{k}={v}" for k, v in settings.defines.items()]
    if settings.sanitize:
        out += [f"-fsanitize={','.join(settings.sanitize)}", "-fno-sanitize-recover=all", "-g"]
    out += compilers.WHOLE if settings.whole else ()
    return (*out, *settings.extra)


def _compile(core: Core, source: Path, settings: Settings, flags: tuple[str, ...]) -> Path:
    compiler = compilers.find(core, settings.compiler)
    key = sources.digest(source, settings.include, ("1", compiler.identity, *flags))
    folder = cache_dir(f"objects/{key[:2]}")

    def make(out: Path) -> None:
        absolute = source.resolve()
        folders = [absolute.parent, *(i.resolve() for i in settings.include)]
        maps = [f"-ffile-prefix-map={f}/=" for f in folders]
        search = [f"-I{f}" for f in folders[1:]]
        compilers.must(
            (*compiler.command, *flags, *maps, *search, "-c", str(absolute), "-o", str(out)),
            None,
            f"{compiler.name} refuses {source.name}",
        )

    return made_once(folder / f"{key}.o", make)


def program(
    core: Core,
    files: Iterable[Path],
    out: Path,
    settings: Settings | None = None,
    *,
    keep: bool = False,
    parts: Iterable[str] = (),
) -> Path:
    """A whole emulated program: `files` with the reset code, semihosting and memory functions.

    `files` must define `int main(void)`; its result is the exit code of the run. The program
    may include "mk_semihost.h". With `keep` the global functions and data of `files` stay
    though nothing uses them, so that they can be called one by one. `parts` are functions that
    can be told apart in the program, in whatever way it is compiled.
    """
    settings = settings or Settings()
    if not core.startup:
        raise InputError("this core has no emulated programs", where="core", value=core.name)
    platform = runtime("platform")[0]
    own = Settings(settings.compiler, "-Os", (platform,), whole=settings.whole)
    support = compile_objects(
        core, runtime(f"platform/{core.startup}", "platform/mk_semihost.c"), own
    )
    memory = compile_objects(core, runtime("platform/mk_memory.c"), _unidiomatic(own))
    including = Settings(
        settings.compiler, settings.opt, (*settings.include, platform), settings.defines,
        settings.sanitize, settings.extra, settings.whole,
    )  # fmt: skip
    own_objects = compile_objects(core, files, including)
    kept = [name for path in own_objects for name in elf.global_names(path)] if keep else ()
    objects = (*support, *own_objects, *memory)
    return link(core, objects, out, settings.compiler, keep=(*kept, *parts))


def owners(core: Core, files: Iterable[Path], settings: Settings | None = None) -> dict[str, str]:
    """Global symbol → name of the source that defines it, for `Elf.by_source`."""
    files = list(files)
    objects = compile_objects(core, files, settings)
    return {
        name: source.name
        for source, path in zip(files, objects, strict=True)
        for name in elf.global_names(path)
    }


def _unidiomatic(settings: Settings) -> Settings:
    """The loop in memset must not become a call of memset."""
    extra = ("-fno-tree-loop-distribute-patterns",) if settings.compiler == "gcc" else ()
    return Settings(settings.compiler, settings.opt, settings.include, extra=extra)


def shared_library(
    core: Core, files: Sequence[Path], out: Path, settings: Settings | None = None
) -> Path:
    """A shared library for this computer, to be loaded with `load`."""
    settings = settings or Settings()
    # The process that loads it has a libc; Zig would first build its own.
    lean = settings.compiler == "zig" and sys.platform.startswith("linux")
    return _link_host(core, files, out, settings, ("-shared", *(["-nostdlib"] if lean else [])))


def executable(
    core: Core, files: Sequence[Path], out: Path, settings: Settings | None = None
) -> Path:
    """A program for this computer; `files` define `main`."""
    return _link_host(core, files, out, settings or Settings(), ())


def _link_host(
    core: Core, files: Sequence[Path], out: Path, settings: Settings, flags: tuple[str, ...]
) -> Path:
    compiler = compilers.find(core, settings.compiler)
    if core.emulation is not None:
        raise InputError("this core is not the host", where="core", value=core.name)
    objects = compile_objects(core, files, settings)
    command = [*compiler.command, *core.flags[settings.compiler], *flags]
    if settings.sanitize:
        command.append(f"-fsanitize={','.join(settings.sanitize)}")
    if sys.platform.startswith("linux"):
        command.append("-Wl,--build-id=none")
    command += ["-o", str(out.resolve()), *map(str, objects)]
    compilers.must(tuple(command), None, f"{out.name} cannot be linked for this computer")
    return out


def load(library: Path) -> ctypes.CDLL:
    """The library, ready to be called."""
    return ctypes.CDLL(str(library.resolve()))
