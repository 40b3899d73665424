"""Generated programs compile without a warning: as C99 on the host and for Arm, headers as C++."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from generated_programs import CORES, cases, generated

from motekit import targets
from motekit.compiler.prefix import rename
from motekit.targets.compilers import STRICT
from motekit.targets.toolchain import Settings, compile_objects, runtime

FLAGS = (*STRICT, "-Wpedantic")
PROGRAM = {"host": {"gcc": "gcc", "clang": "clang"}, "core": {"gcc": "arm-none-eabi-gcc"}}


def need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"needs {program} on the PATH")


def compiled(files: list[Path], core: str, compiler: str) -> int:
    """Compile with every warning an error; how many objects came out."""
    folders = tuple({file.parent for file in files}) + runtime("platform")
    # -O2 sees more than -O0: what is used before it is set, what overflows.
    settings = Settings(compiler, "-O2", folders, extra=FLAGS)
    return len(compile_objects(targets.core(core), files, settings))


def printed(name: str, arithmetic: str, folder: Path) -> list[Path]:
    """C files of a program, its two runners included."""
    spec, made = generated(name, arithmetic)
    files = list(made.write(folder))
    for runner in runtime("runner/mk_batch.c", "runner/mk_runner.c"):
        path = folder / rename(runner.name, spec.name)
        path.write_text(rename(runner.read_text(), spec.name))
        files.append(path)
    return files


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("name,arithmetic", cases())
def test_host_compilers_have_no_warning(
    name: str, arithmetic: str, compiler: str, tmp_path: Path
) -> None:
    need(compiler)
    files = printed(name, arithmetic, tmp_path)
    assert compiled(files, "host", compiler) == len(files)


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
@pytest.mark.parametrize("name,arithmetic", cases())
def test_cross_compilers_have_no_warning(
    name: str, arithmetic: str, compiler: str, tmp_path: Path
) -> None:
    if compiler == "gcc":
        need("arm-none-eabi-gcc")
    files = printed(name, arithmetic, tmp_path)
    assert compiled(files, CORES[arithmetic], compiler) == len(files)


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m0plus", "riscv32imc"])
def test_the_platform_has_no_warning(core: str, compiler: str) -> None:
    plugin = targets.core(core)
    if compiler not in plugin.compilers:
        pytest.skip(f"{core} has no {compiler}")
    if compiler == "gcc":
        need("arm-none-eabi-gcc")
    files = runtime(f"platform/{plugin.startup}", "platform/mk_semihost.c", "platform/mk_memory.c")
    assert compiled(list(files), core, compiler) == 3


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++11", "c++20"])
def test_every_header_is_a_header_for_cpp(compiler: str, standard: str, tmp_path: Path) -> None:
    need(compiler)
    for name, arithmetic in (("everything", "float"), ("everything", "fixed"), ("raw", "float")):
        spec, made = generated(name, arithmetic)
        folder = tmp_path / f"{name}_{arithmetic}"
        made.write(folder)
        headers = sorted(file for file in made.files if file.endswith(".h"))
        lines = [f'#include "{file}"\n' for file in headers]
        main = folder / "all.cpp"
        main.write_text("".join(lines) + f"int main() {{ {spec.name}_init(); return 0; }}\n")
        flags = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
        done = subprocess.run(
            [compiler, f"-std={standard}", *flags, "-fsyntax-only", str(main)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_cpp_links_with_the_c_of_a_program(tmp_path: Path) -> None:
    """The public header gives C linkage: a C++ main calls into objects compiled as C."""
    need("g++")
    spec, made = generated("everything", "float")
    files = made.write(tmp_path)
    objects = compile_objects(targets.core("host"), files, Settings("gcc", "-Os", (tmp_path,)))
    name = spec.name
    main = tmp_path / "main.cpp"
    main.write_text(
        f'#include "{name}.h"\n'
        f"int main() {{\n    {name}_sample frame[{name.upper()}_CHANNELS] = {{0}};\n"
        f"    {name}_result result;\n    {name}_init();\n"
        f"    int8_t in[{name.upper()}_FEATURES] = {{0}};\n"
        f"    int8_t out[{name.upper()}_CLASSES];\n"
        f"    (void){name}_push(frame);\n    return {name}_process(&result) + "
        f"{name}_invoke(in, out) + ({name}_identity[0] == 0 ? 0 : 1);\n}}\n"
    )
    program = tmp_path / "program"
    subprocess.run(["g++", "-o", str(program), str(main), *map(str, objects)], check=True)
    assert subprocess.run([str(program)], check=False).returncode == 0


def test_a_warning_would_be_seen(tmp_path: Path) -> None:
    """The flags are in force: one narrowing conversion and the file is refused."""
    need("gcc")
    file = tmp_path / "narrow.c"
    file.write_text("short f(int x);\nshort f(int x) { return x; }\n")
    with pytest.raises(Exception, match="may change value"):
        compiled([file], "host", "gcc")
