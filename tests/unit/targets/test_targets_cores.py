"""What the core plugins say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from motekit import targets
from motekit.core.errors import InputError
from motekit.targets import linking, timing, toolchain
from motekit.targets.emulation import Machine, trace
from motekit.testing.target import SOURCE

REQUIRED = {"null", "host", "cortex-m0plus", "cortex-m4f", "cortex-m33", "cortex-m7", "riscv32imc"}
EMULATED = [name for name in targets.core_names() if targets.core(name).emulation]


def test_the_required_ones_are_there() -> None:
    assert set(targets.core_names()) >= REQUIRED
    for name in targets.core_names():
        core = targets.core(name)
        assert core.name == name and core.package.endswith(name.replace("-", "_"))
        assert core.summary and core.spec.registers > 0


def test_arithmetic_follows_the_fpu() -> None:
    floats = {name for name in REQUIRED if targets.core(name).spec.arithmetic == "float"}
    assert floats == {"null", "host", "cortex-m4f", "cortex-m33", "cortex-m7"}


@pytest.mark.parametrize("name", EMULATED)
def test_memories_do_not_touch(name: str) -> None:
    spec = targets.core(name).spec
    (low, low_size), (high, high_size) = sorted((spec.flash, spec.ram))
    assert low + low_size <= high and high + high_size <= 1 << 32
    assert low % 4096 == low_size % 4096 == high % 4096 == high_size % 4096 == 0


@pytest.mark.parametrize("name", EMULATED)
def test_linker_scripts_are_filled_in(name: str) -> None:
    core = targets.core(name)
    text = linking.linker_script(core)
    assert "@" not in text
    assert f"0x{core.spec.flash[0]:08x}" in text and f"0x{core.spec.ram[0]:08x}" in text


def test_models_say_how_sure_they_are() -> None:
    tags = {name: timing.model(targets.core(name).timing).tag for name in EMULATED}
    assert tags["cortex-m4f"] == tags["cortex-m0plus"] == "emulated"
    assert tags["cortex-m33"] == tags["cortex-m7"] == tags["riscv32imc"] == "estimated"
    for name in ("cortex-m33", "cortex-m7"):
        factor = timing.model(targets.core(name).timing).factor
        assert 0 < factor.low < factor.typical < factor.high < 1


def test_estimates_carry_their_interval(tmp_path: Path) -> None:
    core = targets.core("cortex-m7")
    machine = Machine(core, toolchain.program(core, [SOURCE], tmp_path / "a.elf"))
    machine.run(bytes(64))
    figure = machine.measurement().figure()
    assert figure.tag == "estimated" and figure.low is not None and figure.high is not None
    assert figure.low < figure.value < figure.high


def test_nothing_is_built_for_null(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no emulated programs"):
        toolchain.program(targets.core("null"), [SOURCE], tmp_path / "a.elf")


def test_without_the_c_hook_the_one_in_python_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = targets.core("cortex-m4f")
    elf = toolchain.program(core, [SOURCE], tmp_path / "a.elf")
    monkeypatch.setattr(trace, "_library", lambda: None)
    assert Machine(core, elf).hook.kind == "python"

    class Other:
        """A library of another version: nothing in it has the name we look for."""

    monkeypatch.setattr(trace, "_library", Other)
    machine = Machine(core, elf)
    assert machine.hook.kind == "python"
    assert machine.run(bytes(64)).exit_code == 7
