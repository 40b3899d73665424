"""Objects → an ELF with every byte where the core's memory map wants it."""

from __future__ import annotations

import functools
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from motekit.core.errors import MachineError

from . import compilers
from .cache import cache_dir, made_once
from .plugin import Core


def link(
    core: Core,
    objects: Sequence[Path],
    out: Path,
    compiler: str = "zig",
    *,
    keep: Sequence[str] = (),
) -> Path:
    """Link for an emulated core; functions and data that nothing uses are dropped.

    Args:
        keep: symbols that stay though nothing uses them.

    The order of `objects` is the order in the image. Raises CompileError with the first
    undefined symbol, or when the image does not fit the memories.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="motekit-link-") as folder:
            made = _link(core, objects, Path(folder), compiler, keep)
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made, out)
    except OSError as error:
        raise MachineError("an ELF cannot be written", where=out, value=error.strerror) from error
    return out


def _link(
    core: Core, objects: Sequence[Path], folder: Path, compiler: str, keep: Sequence[str]
) -> Path:
    (folder / "program.ld").write_text(linker_script(core))
    names = []
    for i, path in enumerate(objects):  # short names: nothing of the machine in the ELF
        shutil.copyfile(path, folder / f"{i}.o")
        names.append(f"{i}.o")
    program, libraries = (_gcc if compiler == "gcc" else _lld)(core)
    kept = tuple(f"-Wl,-u,{name}" if compiler == "gcc" else f"-u{name}" for name in keep)
    compilers.must(
        (*program, *kept, "-T", "program.ld", "-o", "program.elf", *names, *libraries),
        folder,
        f"the program for {core.name} cannot be linked",
    )
    return folder / "program.elf"


def linker_script(core: Core) -> str:
    """The linker script of a core with its memories filled in."""
    name = "riscv.ld" if core.spec.isa.startswith("rv") else "arm.ld"
    text = (resources.files("motekit.targets.cores") / name).read_text()
    for memory, (origin, size) in (("FLASH", core.spec.flash), ("RAM", core.spec.ram)):
        text = text.replace(f"@{memory}_ORIGIN@", f"0x{origin:08x}")
        text = text.replace(f"@{memory}_BYTES@", f"0x{size:x}")
    return text


def _gcc(core: Core) -> tuple[tuple[str, ...], tuple[str, ...]]:
    compiler = compilers.find(core, "gcc")
    flags = ("-nostdlib", "-Wl,--gc-sections", "-Wl,--build-id=none",
             "-Wl,--strip-debug")  # fmt: skip
    return (*compiler.command, *core.flags["gcc"], *flags), ("-lgcc",)


def _lld(core: Core) -> tuple[tuple[str, ...], tuple[str, ...]]:
    flags = ("--gc-sections", "--build-id=none", "--no-rosegment", "--strip-debug",
             "-z", "max-page-size=4")  # fmt: skip
    return (compilers.zig(), "ld.lld", *flags), (str(compiler_rt(core)),)


@functools.cache
def compiler_rt(core: Core) -> Path:
    """Zig's compiler runtime (64-bit division, soft floats …) for a core, built once.

    Zig builds it on the first link for a target and gives no way to ask for it, so an empty
    program is linked in a cache folder of its own, and the archive taken from there.
    """
    compiler = compilers.find(core, "zig")
    key = hashlib.sha256("\0".join((compiler.identity, *core.flags["zig"])).encode()).hexdigest()
    return made_once(cache_dir("compiler_rt") / f"{key}.a", lambda out: _build_rt(core, out))


def _build_rt(core: Core, out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="motekit-rt-") as name:
        folder = Path(name)
        (folder / "empty.c").write_text("void _start(void) {}\n")
        command = (compilers.zig(), "cc", *core.flags["zig"], "-Os", "-g1", "-ffreestanding",
                   "-fno-sanitize=all", "empty.c", "-o", "empty.elf")  # fmt: skip
        compilers.must(command, folder, f"Zig cannot build its runtime for {core.name}", folder)
        found = sorted(folder.rglob("libcompiler_rt.a"))
        if not found:
            raise MachineError(
                "Zig left no compiler runtime", where=core.name, way_out="reinstall ziglang==0.17.0"
            )
        shutil.copyfile(found[0], out)
