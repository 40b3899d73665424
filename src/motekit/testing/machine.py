"""Build small C programs for tests and call their functions, on an emulated core or here.

with program("cortex-m4f", [Path("mk_fc_s8.c")], include=[folder]) as m:
    out = m.alloc(4)
    m.call("mk_fc_s8", m.put(weights), m.put(x), out, 4)
    assert (m.array(out, 4, np.int8) == expected).all()
    cycles = m.measure("mk_fc_s8", ...).cycles

lib = host_library([Path("mk_fc_s8.c")], include=[folder])
lib.mk_fc_s8(...)
"""

from __future__ import annotations

import contextlib
import ctypes
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from motekit import targets
from motekit.targets import toolchain
from motekit.targets.emulation import Machine

_MAIN = Path(__file__).with_name("main.c")
_libraries: list[tempfile.TemporaryDirectory[str]] = []  # kept until Python ends: loaded from


@contextlib.contextmanager
def program(
    core: str,
    sources: Sequence[Path],
    *,
    include: Sequence[Path] = (),
    defines: Mapping[str, object] | None = None,
    opt: str = "-Os",
    compiler: str = "zig",
    extra: Sequence[str] = (),
    parts: Mapping[str, str] | None = None,
    main: bool = False,
    python_hook: bool = False,
    check_alignment: bool = False,
) -> Iterator[Machine]:
    """A machine with these sources linked in, every global function of theirs kept.

    Args:
        core: name of an emulated core.
        sources: C files.
        include: folders of headers.
        defines: macros, as `-Dname=value`.
        extra: further compiler flags.
        parts: part → function, for `Machine.measurement().parts`.
        main: the program is to be run from reset with `Machine.run`: unused functions are
            dropped, and the sources must bring an `int main(void)`.
    """
    settings = toolchain.Settings(
        compiler=compiler, opt=opt, include=tuple(include), defines=dict(defines or {}),
        extra=tuple(extra),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="motekit-test-") as folder:
        files = [Path(source) for source in sources]
        if not main:
            files.append(_MAIN)
        elf = toolchain.program(
            targets.core(core), files, Path(folder) / "program.elf", settings, keep=not main
        )
        yield Machine(core, elf, parts, python_hook=python_hook, check_alignment=check_alignment)


def host_library(
    sources: Sequence[Path],
    *,
    include: Sequence[Path] = (),
    defines: Mapping[str, object] | None = None,
    opt: str = "-O2",
    compiler: str = "zig",
    extra: Sequence[str] = (),
) -> ctypes.CDLL:
    """These sources as a shared library of this computer, loaded.

    Set `argtypes` and `restype` of its functions before calling them.
    """
    folder = tempfile.TemporaryDirectory(prefix="motekit-test-")
    _libraries.append(folder)
    settings = toolchain.Settings(
        compiler=compiler, opt=opt, include=tuple(include), defines=dict(defines or {}),
        extra=tuple(extra),
    )  # fmt: skip
    library = toolchain.shared_library(
        targets.core("host"), [Path(s) for s in sources], Path(folder.name) / "library.so", settings
    )
    return toolchain.load(library)
