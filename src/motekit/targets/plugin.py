"""What a core plugin says of itself: flags for each compiler, emulator, timing model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from motekit.core.target import TargetSpec


@dataclass(frozen=True)
class Emulation:
    """How the emulator plays the core.

    Args:
        arch: "arm" (Thumb only) or "riscv32".
        cpu: name of the unicorn constant of the CPU model.
    """

    arch: str
    cpu: str


@dataclass(frozen=True, eq=False)
class Core:
    """A core plugin; the module constant CORE of targets/cores/<folder>/.

    Args:
        spec: what the compiler stage is told of the core.
        summary: one line for lists.
        flags: compiler name → flags that select the core. Compilers that are not named do
            not have it.
        macros: predefined macro → value it must have ("a|b": either), or None when it must be
            undefined, so that a flag which silently drops a feature is seen by a test.
        startup: file of runtime/platform that holds the reset code, "" where nothing boots.
        timing: module of motekit.targets.timing.
        emulation: None where there is no emulator for it (host, null).
        qemu: machine arguments under which QEMU runs the same ELF, () where unknown.
        package: `__name__` of the folder.
    """

    spec: TargetSpec
    summary: str
    flags: Mapping[str, tuple[str, ...]]
    package: str
    macros: Mapping[str, str | None] = field(default_factory=dict)
    startup: str = ""
    timing: str = ""
    emulation: Emulation | None = None
    qemu: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def compilers(self) -> tuple[str, ...]:
        """Names of the compilers that have this core, the default one first."""
        return tuple(self.flags)
