"""docs/misra.md lists every MISRA C:2012 rule that our C breaks, with a reason; cppcheck's MISRA
addon must find no other one."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from generated_programs import generated
from stream_models import Model

from motekit import targets
from motekit.compiler.interface import Window
from motekit.compiler.network_file import compile_network
from motekit.graph.stream import stepped
from motekit.testing.image_networks import Images

DOC = Path(__file__).parents[2] / "docs" / "misra.md"
PACKAGE = Path(str(resources.files("motekit")))
ROW = re.compile(r"^\| (\d+\.\d+) \| (\w+) \| (.+) \|$", re.MULTILINE)
HIT = re.compile(r"^(.*?): (?:misra-c2012-(\d+\.\d+)|(\w+)): ?(.*)$")
PROGRAMS = (
    ("everything", "float"), ("everything", "fixed"), ("spectrum_f32", "float"),
    ("flatten", "fixed"), ("raw", "fixed"), ("chained", "float"), ("in_flight", "fixed"),
    ("sensing", "float"), ("sensing", "fixed"), ("picture", "float"),
    ("cepstra", "float"), ("shared", "fixed"), ("widths", "fixed"),
    ("flowing", "float"), ("flowing", "fixed"),
    ("apart", "float"),
)  # fmt: skip
# Explained below the table of docs/misra.md.
OTHER = {"comparePointers", "objectIndex"}


def listed() -> dict[str, str]:
    """Rule → reason, from the table of docs/misra.md."""
    return {rule: reason for rule, _, reason in ROW.findall(DOC.read_text(encoding="utf-8"))}


def checked(folder: Path, *include: Path) -> dict[str, list[str]]:
    """Rule (or name of another complaint) → places, in all C files of a folder."""
    if shutil.which("cppcheck") is None:
        pytest.skip("needs cppcheck on the PATH")
    files = sorted(str(file) for file in folder.glob("*.c"))
    assert files
    done = subprocess.run(
        [
            "cppcheck", "--addon=misra", "--std=c99", "--platform=unix32", "--force", "-q",
            "--template={file}:{line}: {id}: {message}", *(f"-I{i}" for i in include), *files,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for line in done.stderr.splitlines():
        match = HIT.match(line)
        assert match, f"cppcheck says: {line}"
        found.setdefault(match[2] or match[3], []).append(match[1])
    return found


def require_listed(found: dict[str, list[str]]) -> None:
    unknown = {rule: places for rule, places in found.items() if rule not in {*listed(), *OTHER}}
    assert not unknown, f"fix these, or list them in {DOC.name} with a reason: {unknown}"


def test_a_streaming_network_breaks_only_listed_rules(tmp_path: Path) -> None:
    m = Model(np.random.default_rng(3), (1, 9, 1, 4))
    m.layer("conv_2d", (3, 1), 4)
    m.layer("conv_2d", (2, 1), 2)
    step = stepped(m.graph(), hop=2)
    window = Window(step.frames, step.hop, "")
    spec = targets.core("cortex-m4f").spec
    compile_network(step.graph, "toy", spec, window=window).write(tmp_path)
    require_listed(checked(tmp_path))


def test_a_network_in_groups_breaks_only_listed_rules(tmp_path: Path) -> None:
    n = Images((24, 10, 1))
    graph = n.graph(n.mean(n.conv(n.conv("x", 16), 16, depthwise=True)))
    made = compile_network(graph, "toy", targets.core("cortex-m4f").spec, "ram")
    assert "toy_stream(&" in made.files["toy.c"]
    made.write(tmp_path)
    require_listed(checked(tmp_path))


@pytest.mark.parametrize("name,arithmetic", PROGRAMS)
def test_generated_programs_break_only_listed_rules(
    name: str, arithmetic: str, tmp_path: Path
) -> None:
    _, made = generated(name, arithmetic)
    made.write(tmp_path)
    require_listed(checked(tmp_path))


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_a_program_optimized_for_flash_breaks_only_listed_rules(
    arithmetic: str, tmp_path: Path
) -> None:
    _, made = generated("cosines", arithmetic, "flash")
    assert ".folded = 1" in made.files["cos.c"]
    made.write(tmp_path)
    require_listed(checked(tmp_path))


@pytest.mark.parametrize("start", ["mk_startup_arm.c", "mk_startup_riscv.c"])
def test_the_platform_breaks_only_listed_rules(start: str, tmp_path: Path) -> None:
    """One reset code at a time, as in a program."""
    for file in (PACKAGE / "runtime" / "platform").iterdir():
        if not file.name.startswith("mk_startup") or file.name == start:
            shutil.copy(file, tmp_path)
    require_listed(checked(tmp_path))


def test_the_link_breaks_only_listed_rules() -> None:
    require_listed(checked(PACKAGE / "runtime" / "link"))


def test_the_kernels_break_only_listed_rules(tmp_path: Path) -> None:
    """Every kernel of every op. Variants of one function stand side by side here, as they never
    do in a program."""
    for file in (PACKAGE / "graph" / "ops").rglob("mk_*"):
        if file.suffix in (".c", ".h", ".inc"):
            assert not (tmp_path / file.name).exists(), f"two files are called {file.name}"
            shutil.copy(file, tmp_path)
    shutil.copy(PACKAGE / "runtime" / "include" / "mk_align.h", tmp_path)
    config = "#define MK_KMEANS_AXES 3U\n#define MK_KMEANS_SHIFT 2U\n#define MK_MATRIX_ROWS 3U\n"
    (tmp_path / "mk_config.h").write_text(config)
    require_listed(checked(tmp_path))


def test_every_row_of_the_table_has_a_reason() -> None:
    rows = listed()
    assert len(rows) > 10
    assert list(rows) == sorted(rows, key=lambda rule: [int(n) for n in rule.split(".")])
    assert all(len(reason.split()) >= 8 for reason in rows.values())


def test_another_rule_would_be_seen(tmp_path: Path) -> None:
    """The addon is in force: a goto backwards is not on the list."""
    (tmp_path / "jump.c").write_text(
        "int f(int x);\nint f(int x)\n{\nagain:\n    x--;\n    if (x > 0) {\n"
        "        goto again;\n    }\n    return x;\n}\n"
    )
    with pytest.raises(AssertionError, match="list them in misra"):
        require_listed(checked(tmp_path))
