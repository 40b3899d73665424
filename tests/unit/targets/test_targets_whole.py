"""Programs that are optimised as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from motekit import targets
from motekit.targets import elf, toolchain
from motekit.targets.toolchain import Settings

TWICE = "int mk_{0}(int i);\n{1}int mk_{0}(int i) {{ return 2 * i; }}\n"
MAIN = (
    "int mk_once(int i);\nint mk_apart(int i);\nvolatile int mk_seen;\n"
    "int main(void) { return mk_once(mk_seen) + mk_apart(mk_seen); }\n"
)
PART = "#define PART __attribute__((noinline))\nPART "


@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m0plus", "riscv32imc"])
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
def test_callees_merge_and_parts_stay(core: str, compiler: str, tmp_path: Path) -> None:
    found = targets.core(core)
    if compiler not in found.compilers or (
        compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None
    ):
        pytest.skip(f"no {compiler} for {core} here")
    files = {"once.c": TWICE.format("once", ""), "apart.c": TWICE.format("apart", PART)}
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for name, text in {**files, "main.c": MAIN}.items():
            (tmp_path / folder / name).write_text(text)
    settings = Settings(compiler, whole=True)
    a, b = (
        toolchain.program(
            found,
            [tmp_path / folder / name for name in (*files, "main.c")],
            tmp_path / folder / "program.elf",
            settings,
            parts=("mk_apart",),
        )
        for folder in ("a", "b")
    )
    names = {symbol.name for symbol in elf.read(a).symbols}
    assert "mk_apart" in names and "mk_once" not in names
    assert a.read_bytes() == b.read_bytes()
