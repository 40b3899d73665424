"""Compile, cache, link, and complain."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from motekit import targets
from motekit.core.errors import InputError, MachineError
from motekit.targets import cache, compilers, elf, toolchain
from motekit.targets.diagnostics import CompileError
from motekit.targets.sources import digest
from motekit.targets.toolchain import Settings
from motekit.testing.machine import host_library

RUNTIME = toolchain.runtime("platform")[0]
HOOK = Path(toolchain.__file__).parent / "emulation"


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of objects of its own, so that hits and misses can be told apart."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr("motekit.targets.toolchain.cache_dir", lambda _: folder)
    yield folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def compile_one(path: Path, **settings: object) -> Path:
    return toolchain.compile_objects(targets.core("cortex-m4f"), [path], Settings(**settings))[0]  # type: ignore[arg-type]


def test_objects_come_from_the_cache(
    tmp_path: Path, fresh_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "a" / "mk_a.c", '#include "mk_a.h"\nint mk_a = MK_A;\n')
    header = write(tmp_path / "a" / "mk_a.h", "#define MK_A 1\n")
    first = compile_one(source)
    write(tmp_path / "b" / "mk_a.h", header.read_text())
    moved = write(tmp_path / "b" / "mk_a.c", source.read_text())
    monkeypatch.setattr(compilers, "run", lambda *_: pytest.fail("compiled again"))
    assert compile_one(source) == first
    assert compile_one(moved) == first, "the same files in another folder"


@pytest.mark.parametrize(
    "change",
    [
        lambda f: write(f / "mk_a.h", "#define MK_A 2\n"),
        lambda f: write(f / "inner" / "mk_b.h", "#define MK_B 3\n"),
        lambda f: write(f / "mk_a.c", '#include "mk_a.h"\nint mk_a = MK_A + 1;\n'),
    ],
)
def test_a_change_anywhere_changes_the_key(tmp_path: Path, change: object) -> None:
    source = write(tmp_path / "mk_a.c", '#include "mk_a.h"\nint mk_a = MK_A;\n')
    write(tmp_path / "mk_a.h", "# include  <mk_b.h>\n#define MK_A MK_B\n")
    write(tmp_path / "inner" / "mk_b.h", "#define MK_B 2\n")
    include = (tmp_path / "inner",)
    before = digest(source, include, ())
    assert digest(source, include, ()) == before
    change(tmp_path)  # type: ignore[operator]
    assert digest(source, include, ()) != before
    assert digest(source, include, ("-O2",)) != digest(source, include, ("-O3",))


def test_settings_are_part_of_the_key(tmp_path: Path, fresh_cache: Path) -> None:
    source = write(tmp_path / "mk_a.c", "int mk_a(int x) { return x * MK_K; }\n")
    made = {
        compile_one(source, defines={"MK_K": 2}),
        compile_one(source, defines={"MK_K": 3}),
        compile_one(source, defines={"MK_K": 3}, opt="-O2"),
        compile_one(source, defines={"MK_K": 3}, extra=("-DMK_L",)),
    }
    assert len(made) == 4


def test_includes_in_a_circle(tmp_path: Path) -> None:
    source = write(tmp_path / "mk_a.h", '#pragma once\n#include "mk_b.h"\n#include "missing.h"\n')
    write(tmp_path / "mk_b.h", '#pragma once\n#include "mk_a.h"\n')
    assert digest(source, (), ())


def test_diagnostics_name_the_place(tmp_path: Path) -> None:
    source = write(tmp_path / "mk_bad.c", "int mk_a(void) {\n  return b;\n}\n")
    with pytest.raises(CompileError, match=r"mk_bad\.c:2.*undeclared identifier 'b'") as caught:
        compile_one(source)
    assert caught.value.exit_code == 2
    assert "\n" in caught.value.diagnostics and "\n" not in str(caught.value)


def test_a_failed_compilation_leaves_nothing(tmp_path: Path, fresh_cache: Path) -> None:
    with pytest.raises(CompileError):
        compile_one(write(tmp_path / "mk_bad.c", "int mk_a(void) { return b; }\n"))
    assert [p.name for p in fresh_cache.rglob("*") if p.is_file()] == [".pruned"]


def test_link_errors(tmp_path: Path) -> None:
    core = targets.core("cortex-m4f")
    source = write(tmp_path / "main.c", "int mk_f(void);\nint main(void) { return mk_f(); }\n")
    with pytest.raises(CompileError, match="undefined symbol: mk_f"):
        toolchain.program(core, [source], tmp_path / "out.elf")
    assert not (tmp_path / "out.elf").exists()
    huge = write(tmp_path / "huge.c", "char mk_h[5000000];\nint main(void) { return mk_h[7]; }\n")
    with pytest.raises(CompileError, match="RAM"):
        toolchain.program(core, [huge], tmp_path / "out.elf")


def test_unknown_and_missing_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="choose one of: zig, gcc"):
        compilers.find(targets.core("cortex-m4f"), "armcc")
    with pytest.raises(InputError, match="none: this core is for printing C only"):
        compilers.find(targets.core("null"), "zig")
    with pytest.raises(InputError, match="choose one of: -O0"):
        toolchain.flags(targets.core("cortex-m4f"), Settings(opt="-O9"))
    with pytest.raises(InputError, match="host only"):
        toolchain.flags(targets.core("cortex-m4f"), Settings(sanitize=("address",)))
    compilers.find.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MachineError, match=r"arm-none-eabi-gcc: .* not on the PATH"):
        compilers.find(targets.core("cortex-m4f"), "gcc")
    compilers.find.cache_clear()


def test_unreadable_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.c: a source cannot be read"):
        compile_one(tmp_path / "nothing.c")


@pytest.mark.parametrize("core", [n for n in targets.core_names() if n != "null"])
def test_our_c_has_no_warnings(core: str, tmp_path: Path) -> None:
    """With every compiler that is here; the block hook on the host only."""
    plugin = targets.core(core)
    files = [RUNTIME / "mk_semihost.c", RUNTIME / "mk_memory.c", RUNTIME / plugin.startup]
    for compiler in plugin.compilers:
        if (
            compiler != "zig"
            and shutil.which("arm-none-eabi-gcc" if plugin.emulation else compiler) is None
        ):
            continue
        settings = Settings(
            compiler=compiler, include=(RUNTIME, HOOK), extra=(*compilers.STRICT, "-Wpedantic")
        )
        todo = files if plugin.emulation else [HOOK / "mk_trace.c"]
        assert toolchain.compile_objects(plugin, todo, settings)


@pytest.mark.parametrize("compiler", ["zig", "gcc", "clang"])
def test_host_library(compiler: str, tmp_path: Path) -> None:
    if compiler != "zig" and shutil.which(compiler) is None:
        pytest.skip(f"no {compiler} here")
    source = write(
        tmp_path / "mk_a.c",
        "#include <stdint.h>\n#include <string.h>\nfloat mk_a(float x) { return x * MK_K; }\n"
        "void mk_c(void *to, const void *from, int n) { memcpy(to, from, (unsigned)n); }\n",
    )
    library = host_library([source], defines={"MK_K": "2.5f"}, compiler=compiler)
    library.mk_a.argtypes, library.mk_a.restype = [ctypes.c_float], ctypes.c_float
    assert library.mk_a(3.0) == 7.5
    out = ctypes.create_string_buffer(5)
    library.mk_c(out, b"abcd", 5)
    assert out.value == b"abcd"


def test_host_executable_with_sanitizers(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    source = write(
        tmp_path / "main.c",
        "static int a[4];\nint main(int n, char **v) { (void)v; return a[n + 2]; }\n",
    )
    core = targets.core("host")
    settings = Settings(compiler="gcc", opt="-O1", sanitize=("address", "undefined"))
    program = toolchain.executable(core, [source], tmp_path / "run", settings)
    assert compilers.run((str(program),), None).returncode == 0
    bad = compilers.run((str(program), "1", "2"), None)
    assert bad.returncode != 0 and "out of bounds" in bad.stderr


def test_sizes_are_those_of_the_sections(tmp_path: Path) -> None:
    source = write(
        tmp_path / "main.c",
        "#include <stdint.h>\nextern const uint32_t mk_table[64];\nextern uint32_t mk_data[8];\n"
        "extern uint32_t mk_bss[100];\n"
        "const uint32_t mk_table[64] = {1, 2, 3};\nuint32_t mk_data[8] = {9};\n"
        "uint32_t mk_bss[100];\n"
        "static volatile int mk_i;\nint main(void) {\n"
        "  return (int)(mk_table[mk_i] + mk_data[mk_i] + mk_bss[mk_i]++);\n}\n",
    )
    for compiler in ("zig", "gcc"):
        if compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None:
            continue
        settings = Settings(compiler=compiler)
        made = elf.read(
            toolchain.program(
                targets.core("cortex-m4f"), [source], tmp_path / f"{compiler}.elf", settings
            )
        )
        sizes = made.sizes
        assert sizes.rodata >= 256 and 256 <= sizes.rodata < 300
        assert 32 <= sizes.data < 64
        assert 404 <= sizes.bss < 440
        assert sizes.flash == sizes.text + sizes.rodata + sizes.data
        assert sizes.ram == sizes.data + sizes.bss
        table = made.symbol("mk_table")
        assert (table.size, table.kind, table.place) == (256, "object", "rodata")
        assert made.symbol("mk_data").place == "data"
        assert made.symbol("mk_bss").place == "bss"
        main = made.symbol("main")
        assert (main.kind, main.place) == ("function", "text") and main.address % 2 == 0
        assert made.function_at(main.address + 2) == main
        assert made.function_at(0x8) is None  # a vector
        assert made.symbol("mk_i").source.endswith("main.c")
        named = sum(s.size for s in made.symbols if s.place in ("text", "rodata", "data"))
        assert named <= sizes.flash


def test_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTEKIT_CACHE", str(write(tmp_path / "file", "") / "below"))
    with pytest.raises(MachineError, match="cache folder cannot be made"):
        cache.cache_dir("objects")
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / "good"))
    assert cache.cache_dir("objects") == tmp_path / "good" / "objects"


def test_made_once_is_whole_or_not_there(tmp_path: Path) -> None:
    def broken(out: Path) -> None:
        out.write_text("half")
        raise CompileError("stop")

    with pytest.raises(CompileError):
        cache.made_once(tmp_path / "a.o", broken)
    assert list(tmp_path.iterdir()) == []
    cache.made_once(tmp_path / "a.o", lambda out: out.write_text("whole") and None)
    assert cache.made_once(tmp_path / "a.o", broken).read_text() == "whole"


def test_bytes_by_source(tmp_path: Path) -> None:
    core = targets.core("cortex-m4f")
    one = write(
        tmp_path / "mk_one.c",
        "static const short mk_t[50] = {1};\nint mk_one(int i);\n"
        "int mk_one(int i) { return mk_t[i]; }\n",
    )
    main = write(
        tmp_path / "main.c",
        "int mk_one(int i);\nint mk_state[10];\nint main(void) { return mk_one(mk_state[3]++); }\n",
    )
    made = elf.read(toolchain.program(core, [one, main], tmp_path / "a.elf"))
    sizes = made.by_source(toolchain.owners(core, [one, main]))
    assert sizes["mk_one.c"].rodata == 100 and sizes["mk_one.c"].bss == 0
    assert sizes["mk_one.c"].text == made.symbol("mk_one").size > 0
    assert sizes["main.c"].bss == 40 and sizes["main.c"].text == made.symbol("main").size
    assert sum(s.flash for s in sizes.values()) <= made.sizes.flash
    assert sum(s.ram for s in sizes.values()) <= made.sizes.ram


def test_a_full_disk_is_the_machines_failure(tmp_path: Path) -> None:
    core = targets.core("cortex-m4f")
    main = write(tmp_path / "main.c", "int main(void) { return 0; }\n")
    objects = toolchain.compile_objects(core, [main])
    if Path("/dev/full").exists():
        with pytest.raises(MachineError, match="cannot be written") as caught:
            toolchain.program(core, [main], Path("/dev/full"))
        assert caught.value.exit_code == 3
    script = "import sys; sys.stderr.write('lld: No space left on device'); sys.exit(1)"
    with pytest.raises(MachineError, match="disk is full"):
        compilers.must((sys.executable, "-c", script), None, "link")
    assert objects[0].is_file()


def test_what_is_not_used_for_long_is_deleted(tmp_path: Path) -> None:
    old, new, used = (write(tmp_path / "aa" / name, "x") for name in ("old.o", "new.o", "used.o"))
    for path in (old, used):
        os.utime(path, (0, time.time() - 61 * 86_400))
    cache.made_once(used, lambda _: pytest.fail("made again"))
    cache.prune(tmp_path)
    assert (old.exists(), new.exists(), used.exists()) == (False, True, True)
    os.utime(new, (0, 0))
    cache.prune(tmp_path)
    assert new.exists(), "at most once a day"
