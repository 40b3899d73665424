"""Cores and boards: what a program is compiled for, run on and billed by."""

from __future__ import annotations

from motekit.core.errors import InputError
from motekit.core.registry import Registry
from motekit.core.target import BoardSpec

from .plugin import Core

CORES: Registry[Core] = Registry(
    package="motekit.targets.cores", constant="CORE", kind="core", group="motekit.cores"
)


def core(name: str) -> Core:
    """The core of a name ("cortex-m4f"). Raises InputError with the known names."""
    folder = name.replace("-", "_")
    if folder not in CORES:
        raise InputError(
            "there is no core of this name",
            value=name,
            way_out=f"choose one of: {', '.join(core_names())}",
        )
    return CORES.get(folder)


def core_names() -> tuple[str, ...]:
    """Names of all cores, sorted, without importing any."""
    return tuple(name.replace("_", "-") for name in CORES.names())


def board(name: str) -> BoardSpec:
    """The board of a name ("nrf52840"). Raises InputError with the known names."""
    from .board_files import load

    return load(name)


def boards(core: str | None = None) -> tuple[str, ...]:
    """Names of all boards, sorted; with a core only the boards that carry it."""
    from .board_files import load, names

    return tuple(n for n in names() if core is None or load(n).core == core)
