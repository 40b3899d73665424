"""The conformance kit of a core plugin.

class TestCortexM4F(TargetContract):
    name = "cortex-m4f"
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from motekit import targets
from motekit.core.errors import MachineError
from motekit.targets import compilers, timing, toolchain
from motekit.targets.emulation import Fault, Machine
from motekit.targets.plugin import Core

from .machine import program

SOURCE = Path(__file__).with_name("target.c")


def available(core: Core) -> list[str]:
    """The compilers of a core that are installed here."""
    found = []
    for name in core.compilers:
        try:
            compilers.find(core, name)
            found.append(name)
        except MachineError:
            continue
    return found


def predefined(core: Core, compiler: str, folder: Path) -> dict[str, str]:
    """Macros that the compiler defines for the core."""
    (folder / "empty.c").write_text("\n")
    found = compilers.find(core, compiler)
    out = compilers.must((*found.command, *found.flags, "-dM", "-E", "empty.c"), folder, "macros")
    lines = (line.split(" ", 2) for line in out.splitlines() if line.startswith("#define"))
    return {line[1]: line[2] if len(line) > 2 else "" for line in lines}


def echo(records: np.ndarray[tuple[int, int], np.dtype[np.uint32]]) -> bytes:
    """What target.c answers to these records, shape (records, 4)."""
    running = np.cumsum(records.ravel(), dtype=np.uint32)
    return (records.ravel() + running).astype("<u4").tobytes()


class TargetContract:
    """What every emulated core must meet, with every compiler it names that is installed."""

    name: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def core(cls) -> Core:
        return targets.core(cls.name)

    @pytest.fixture(scope="class")
    @classmethod
    def machine(cls) -> Iterator[Machine]:
        with program(cls.name, [SOURCE], check_alignment=True) as machine:
            yield machine

    @pytest.fixture(scope="class")
    @classmethod
    def elf(cls, core: Core, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return toolchain.program(core, [SOURCE], tmp_path_factory.mktemp("elf") / "target.elf")

    def test_macros(self, core: Core, tmp_path: Path) -> None:
        for compiler in available(core):
            found = predefined(core, compiler, tmp_path)
            for macro, wanted in core.macros.items():
                value = found.get(macro)
                good = value is None if wanted is None else value in wanted.split("|")
                assert good, f"{compiler}: {macro} is {value}, not {wanted}"

    def test_features_match_macros(self, core: Core, tmp_path: Path) -> None:
        if core.spec.isa.startswith("rv"):
            return
        found = predefined(core, core.compilers[0], tmp_path)
        assert ("__ARM_FEATURE_DSP" in found) == ("dsp" in core.spec.features)
        assert ("__ARM_FP" in found) == ("fpu" in core.spec.features)
        assert ("__ARM_FEATURE_UNALIGNED" in found) == ("unaligned" in core.spec.features)

    def test_arithmetic(self, machine: Machine) -> None:
        assert machine.call("mk_divide", -7, 2) == -3
        assert (
            machine.call("mk_multiply_wide", -(2**31), 2**31 - 1, returns="int64")
            == -(2**62) + 2**31
        )
        product = machine.call("mk_multiply_add", 1.5, -2.0, 0.25, returns="float")
        assert product == -2.75
        values = np.arange(-128, 128, dtype=np.int8)
        at = machine.put(values)
        assert machine.call("mk_dot", at, at, 256) == int((values.astype(int) ** 2).sum())

    def test_wide_division(self, machine: Machine) -> None:
        """Two 64-bit arguments take two registers each."""
        low, high = 0x89ABCDEF, 0x01234567
        got = machine.call("mk_divide_wide", low, high, 1000, 0, returns="int64")
        assert got == 0x0123456789ABCDEF // 1000

    def test_faults_name_the_function(self, machine: Machine) -> None:
        at = machine.alloc(10)
        with pytest.raises(Fault, match="past the end of the 10-byte buffer"):
            machine.call("mk_past_the_end", at, 10)
        machine.free()
        with pytest.raises(Fault, match="mk_past_the_end") as caught:
            machine.call("mk_past_the_end", 0x60000000, 1)
        assert caught.value.symbol.startswith("mk_past_the_end+")
        with pytest.raises(Fault, match="more instructions than allowed"):
            machine.call("mk_forever", max_instructions=10_000)
        assert machine.call("mk_divide", 9, 3) == 3  # and it goes on

    def test_unaligned(self, machine: Machine, core: Core) -> None:
        """What the core would fault on is refused; what it carries out is counted."""
        at = machine.put(np.arange(16, dtype=np.uint8))
        machine.clear()
        if "unaligned" in core.spec.features:
            assert machine.call("mk_load", at + 1) == 0x04030201
            assert machine.measurement().unaligned == 1
            with pytest.raises(Fault, match="unaligned"):
                machine.call("mk_copy", machine.alloc(32), at + 2)  # by LDM
        else:
            with pytest.raises(Fault, match="unaligned"):
                machine.call("mk_load", at + 1)
        assert machine.call("mk_load", at + 4) == 0x07060504

    def test_semihosting(self, elf: Path) -> None:
        records = np.arange(40, dtype=np.uint32).reshape(10, 4) * np.uint32(0x01010101)
        machine = Machine(self.name, elf)
        done = machine.run([records[:3].tobytes(), records[3:].tobytes() + b"abc"])
        assert (done.exit_code, done.output, done.console) == (10, echo(records), "ready\n")

    def test_python_hook_counts_the_same(self, elf: Path) -> None:
        parts = {"out": "mk_write", "in": "mk_read"}
        stdin = np.arange(80, dtype=np.uint32).tobytes()
        seen = []
        for python in (False, True):
            machine = Machine(self.name, elf, parts, python_hook=python)
            machine.run(stdin)
            seen.append((machine.hook.kind, machine.measurement()))
        assert [kind for kind, _ in seen] == ["c", "python"]
        assert seen[0][1] == seen[1][1]
        assert seen[0][1].parts["in"].cycles > 100

    def test_model_has_sources(self, core: Core) -> None:
        model = timing.model(core.timing)
        assert model.sources and model.tag in ("emulated", "estimated")

    def test_same_bytes_in_any_folder(
        self, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built = []
        for folder in (tmp_path / "a", tmp_path / "deeper" / "b"):
            folder.mkdir(parents=True)
            monkeypatch.setattr("motekit.targets.toolchain.cache_dir", lambda _, f=folder: f)
            shutil.copy(SOURCE, folder / "target.c")
            for compiler in available(core):
                out = folder / f"{compiler}.elf"
                settings = toolchain.Settings(compiler=compiler)
                toolchain.program(core, [folder / "target.c"], out, settings)
                assert str(tmp_path).encode() not in out.read_bytes()
                built.append(out.read_bytes())
        half = len(built) // 2
        assert built[:half] == built[half:]

    def test_qemu_agrees(self, core: Core, tmp_path: Path) -> None:
        """The same ELF, the same output, the same number of instructions."""
        if not core.qemu or shutil.which(core.qemu[0]) is None:
            pytest.skip(f"{core.qemu[:1]} is not installed")
        stdin = np.arange(40, dtype=np.uint32).tobytes() + b"x"
        for compiler in available(core):
            elf = tmp_path / f"{compiler}.elf"
            toolchain.program(core, [SOURCE], elf, toolchain.Settings(compiler=compiler))
            machine = Machine(core, elf)
            ours = machine.run(stdin)
            theirs, count = run_qemu(core, elf, stdin, tmp_path / "log")
            assert (theirs.returncode, theirs.stdout) == (ours.exit_code, ours.output)
            assert theirs.stderr.decode() == ours.console
            assert count == machine.measurement().instructions

    @pytest.mark.slow
    @pytest.mark.parametrize("opt", compilers.OPT_LEVELS)
    def test_every_level(self, core: Core, tmp_path: Path, opt: str) -> None:
        """Same answers from every compiler at every level, counted alike by both hooks."""
        records = np.arange(40, dtype=np.uint32).reshape(10, 4) * np.uint32(77777777)
        for compiler in available(core):
            settings = toolchain.Settings(compiler=compiler, opt=opt)
            elf = toolchain.program(core, [SOURCE], tmp_path / f"{compiler}.elf", settings)
            seen = []
            for python in (False, True):
                machine = Machine(core, elf, python_hook=python)
                assert machine.run(records.tobytes()).output == echo(records)
                seen.append(machine.measurement())
            assert seen[0] == seen[1]
            if core.qemu and shutil.which(core.qemu[0]):
                done, count = run_qemu(core, elf, records.tobytes(), tmp_path / "log")
                assert (done.stdout, count) == (echo(records), seen[0].instructions)


def run_qemu(
    core: Core, elf: Path, stdin: bytes, log: Path
) -> tuple[subprocess.CompletedProcess[bytes], int]:
    """Run an ELF in QEMU one instruction at a time; returns how it ended and how many."""
    log.unlink(missing_ok=True)
    command = (
        *core.qemu, "-kernel", str(elf), "-semihosting", "-nographic", "-monitor", "none",
        "-serial", "none", "-singlestep", "-d", "exec,nochain", "-D", str(log),
    )  # fmt: skip
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)
    with log.open() as lines:
        return done, sum(line.startswith("Trace") for line in lines)
