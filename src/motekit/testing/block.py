"""The contract of a block, as a test class to inherit.

class TestRms(BlockContract):
    block = BLOCK
    params = (Params(), Params(scale=9.81))

The C of either variant is compared with the float64 reference within the block's own bound, the
fixed-point C bit for bit with its integer reference, and both bit for bit between compilers,
optimisation levels, this computer and emulated cores.
"""

from __future__ import annotations

import functools
import itertools
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motekit.core.block import Block, Signal
from motekit.core.errors import InputError
from motekit.core.params import from_mapping, to_mapping
from motekit.core.pipeline import Normalizer
from motekit.targets import compilers
from motekit.testing.block_case import Built, Case
from motekit.testing.block_native import sanitized
from motekit.testing.block_windows import edges, levels, windows

GRAVITY = 1 / 4096
SIGNALS = (
    Signal(62.5, 125, 62, ("x", "y", "z"), ("g",) * 3, (GRAVITY,) * 3),
    Signal(100.0, 64, 32, ("v", "t"), ("mV", "Cel"), (0.5, 0.01)),
    Signal(50.0, 100, 50, ("a",), ("m/s2",), (1.0,), "float32"),
)
CORES = {"float": "cortex-m4f", "fixed": "cortex-m0plus"}
ARITHMETICS = ("float", "fixed")
HEAP_AND_STDIO = {"malloc", "calloc", "realloc", "free", "printf", "puts", "putchar", "fprintf"}
LEVELS = ("-O0", "-Os", "-O2", "-O3")
FEW = 2  # cases in the everyday suite where every one takes programs of its own
DEPTH = pytest.mark.parametrize(
    "most", [FEW, pytest.param(None, marks=pytest.mark.slow)], ids=["few", "all"]
)


@functools.cache
def built(case: Case, core: str = "host", compiler: str = "zig", opt: str = "-Os") -> Built:
    """One build per case and settings for the whole test session."""
    return Built(case, core, compiler, opt)


def bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers as what is stored, so that equality is equality of bits."""
    return values.view(np.uint32) if values.dtype == np.float32 else values


class BlockContract:
    """Inherit and set `block`, `params` and, where the default ones do not fit, `signals`."""

    block: ClassVar[Block]
    params: ClassVar[tuple[Any, ...]]
    signals: ClassVar[tuple[Signal, ...]] = SIGNALS

    @classmethod
    def cases(cls, arithmetic: str) -> list[Case]:
        """The first signal with all parameters, the others with the first two, where they fit."""
        first = itertools.product(cls.signals[:1], cls.params)
        others = itertools.product(cls.signals[1:], cls.params[:2])
        out = []
        for signal, params in itertools.chain(first, others):
            case = Case(cls.block, signal, params, arithmetic)
            try:
                cls.block.check(signal, params)
                case.c()
            except InputError:
                continue
            out.append(case)
        assert out or arithmetic == "fixed", "no parameters fit any signal"
        return out

    # --- what it means ----------------------------------------------------------------------

    def test_references_take_windows_at_once(self) -> None:
        for case in self.cases("float"):
            x = case.natural(edges(case.signal))
            together = case.flat(case.block.reference(x, case.signal, case.params))
            assert together.shape == (len(x), case.count)
            assert len(set(case.names)) == case.count
            one = case.flat(case.block.reference(x[3], case.signal, case.params))
            assert np.allclose(one, together[3], rtol=1e-12, atol=1e-12, equal_nan=True)
            assert np.isfinite(together).all()

    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_edges_stay_within_the_bound(self, arithmetic: str) -> None:
        for case in self.cases(arithmetic):
            self.within_bound(case, edges(case.signal))

    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    @settings(
        max_examples=10, deadline=None,
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
    )  # fmt: skip
    @given(data=st.data())
    def test_stays_within_the_bound(self, arithmetic: str, data: st.DataObject) -> None:
        cases = self.cases(arithmetic)
        if cases:
            case = data.draw(st.sampled_from(cases))
            self.within_bound(case, data.draw(windows(case.signal)))

    def within_bound(self, case: Case, x: npt.NDArray[Any]) -> None:
        """C against reference; fixed point also bit for bit against its integer reference."""
        raw, _ = built(case).run(x)
        bound = case.bound(x)
        error = np.abs(case.to_units(raw) - case.reference(x))
        wrong = np.argwhere(~(error <= bound))
        told = [(int(w), case.names[f], error[w, f], bound[w, f]) for w, f in wrong[:5]]
        assert not told, f"{case.params} {case.arithmetic}: (window, feature, error, bound) {told}"
        if case.arithmetic == "fixed":
            expected = case.block.fixed_reference(x, case.signal, case.params)
            assert np.array_equal(raw, case.flat(expected))
        elif case.block.exact is not None:
            made = case.flat(case.block.exact(x, case.signal, case.params, "float"))
            assert np.array_equal(bits(raw), bits(made.astype(np.float32)))

    def test_fixed_point_keeps_60_db(self) -> None:
        """Of each feature, over windows of every level; or it is right to one of its integers."""
        for case in self.cases("fixed"):
            x = np.concatenate([edges(case.signal), levels(case.signal)])
            counts = x.astype(np.int64)  # filters start from 0, so that a level is a step
            swing = np.where(np.ptp(counts, axis=1) > 0, np.ptp(counts, axis=1), abs(counts[:, 0]))
            x = x[np.all((swing == 0) | (swing >= self.resolves), axis=1)]
            raw, _ = built(case).run(x)
            wanted = case.reference(x)
            error = case.to_units(raw) - wanted
            most = np.abs(error).max(axis=0)
            signal, noise = (np.sqrt((v**2).mean(axis=0)) for v in (wanted, error))
            least = [10.0 ** (-self.keeps_db(case, name) / 20) for name in case.names]
            varies = np.ptp(wanted, axis=0) > 1e-9
            low = np.flatnonzero(varies & (noise > least * signal) & (most > case.lsb))
            told = [(case.names[f], signal[f], noise[f], most[f]) for f in low[:5]]
            assert not told, f"{case.params}: (feature, rms, rms error, largest error) {told}"

    resolves: ClassVar[int] = 0
    """Counts, peak to peak, below which a movement is not held to 60 dB. If above 1, say why."""

    def keeps_db(self, case: Case, feature: str) -> float:
        """Signal to error that a feature keeps in fixed point. If below 60, say why."""
        return 60.0

    # --- the same everywhere ----------------------------------------------------------------

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_emulated_core_gives_the_same_bits(self, arithmetic: str, most: int | None) -> None:
        for case in self.cases(arithmetic)[:most]:
            x = edges(case.signal)[5:14]
            raw, q = built(case).run(x)
            there, q_there = built(case, CORES[arithmetic]).run(x)
            assert np.array_equal(bits(raw), bits(there)), case.params
            assert np.array_equal(q, q_there)

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    @pytest.mark.parametrize("compiler", ["gcc", "clang", "zig"])
    def test_compilers_and_levels_give_the_same_bits(
        self, arithmetic: str, compiler: str, most: int | None
    ) -> None:
        for case in self.cases(arithmetic)[:1]:
            x = edges(case.signal)
            raw, q = built(case).run(x)
            for opt in (LEVELS[0], LEVELS[-1]) if most else LEVELS:
                other, q_other = built(case, "host", compiler, opt).run(x)
                assert np.array_equal(bits(raw), bits(other)), opt
                assert np.array_equal(q, q_other), opt

    @pytest.mark.slow
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    @pytest.mark.parametrize("compiler", ["gcc", "zig"])
    @pytest.mark.parametrize("opt", LEVELS)
    def test_emulated_compilers_and_levels(self, arithmetic: str, compiler: str, opt: str) -> None:
        for case in self.cases(arithmetic):
            x = edges(case.signal)[:6]
            raw, _ = built(case).run(x)
            there, _ = built(case, CORES[arithmetic], compiler, opt).run(x)
            assert np.array_equal(bits(raw), bits(there)), case.params

    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_reads_any_ring_and_picks_channels(self, arithmetic: str) -> None:
        for case in self.cases(arithmetic):
            x = edges(case.signal)[12]
            raw, _ = built(case).run(x[None])
            capacity = len(x) + 3
            for start in (0, 2, 3, 4, capacity - 1):
                ring = np.full((capacity, x.shape[1] + 1), 77, x.dtype)
                rows = (start + np.arange(len(x))) % capacity
                ring[rows, 1:] = x[:, ::-1]
                assert np.array_equal(bits(raw[0]), bits(built(case).wrapped(ring, start)))

    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_a_stream_gives_the_numbers_of_its_windows(self, arithmetic: str) -> None:
        for case in self.cases(arithmetic):
            if not case.c().state_bytes or self.block.restarts or self.block.output:
                continue
            x = np.concatenate(list(edges(case.signal)[[12, 3, 6, 13, 10, 15]]))
            starts = range(0, len(x) - case.signal.length + 1, case.signal.stride)
            windows = np.stack([x[i : i + case.signal.length] for i in starts])
            apart, _ = built(case).run(windows)
            assert np.array_equal(bits(apart), bits(built(case).stream(x))), case.params

    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_normalises_on_the_fly(self, arithmetic: str) -> None:
        for case in self.cases(arithmetic):
            x = edges(case.signal)
            reference = case.reference(x)
            norm = Normalizer(reference.mean(axis=0), reference.std(axis=0) + 1e-3, 1 / 32)
            columns = norm.multiplier() if arithmetic == "float" else norm.fixed(case.lsb.tolist())
            raw, q = built(case).run(x, built(case).norm(columns))
            want = norm.q(raw) if arithmetic == "float" else norm.q_fixed(raw, case.lsb.tolist())
            assert np.array_equal(q, want)

    # --- the code ---------------------------------------------------------------------------

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_no_heap_no_stdio_no_data(self, arithmetic: str, most: int | None) -> None:
        for case in self.cases(arithmetic)[:most]:
            for path in built(case, CORES[arithmetic]).objects():
                self.has_only_code(path)

    @staticmethod
    def has_only_code(path: Path) -> None:
        with path.open("rb") as file:
            elf = ELFFile(file)
            table = elf.get_section_by_name(".symtab")
            assert isinstance(table, SymbolTableSection)
            names = {symbol.name for symbol in table.iter_symbols()}
            assert not names & HEAP_AND_STDIO
            for section in elf.iter_sections():
                if section.name.startswith((".data", ".bss")):
                    assert section["sh_size"] == 0, section.name

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_compiles_without_a_warning(self, arithmetic: str, most: int | None) -> None:
        for i, case in enumerate(self.cases(arithmetic)[:most]):
            Built(case, "host", "clang" if i % 2 else "gcc", "-O2", extra=compilers.STRICT)
            if i < 2:
                Built(case, CORES[arithmetic], "zig", "-O2", extra=compilers.STRICT)
                Built(case, CORES[arithmetic], "gcc", "-O2", extra=compilers.STRICT)

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_sanitizers_find_nothing(
        self, arithmetic: str, most: int | None, tmp_path: Path
    ) -> None:
        for i, case in enumerate(self.cases(arithmetic)[:most]):
            x = edges(case.signal)
            folder = tmp_path / str(i)
            folder.mkdir()
            raw, _ = built(case).run(x)
            assert np.array_equal(bits(raw), bits(sanitized(case, x, folder)))

    @DEPTH
    @pytest.mark.parametrize("arithmetic", ARITHMETICS)
    def test_fields_are_those_of_the_struct(self, arithmetic: str, most: int | None) -> None:
        for case in self.cases(arithmetic)[:most]:
            Built(case, extra=("-DMK_CHECK_FIELDS=1",))

    # --- the plugin -------------------------------------------------------------------------

    def test_describes_itself(self) -> None:
        assert self.block.package.rsplit(".", 1)[-1] == self.block.name
        assert self.block.summary and not self.block.summary.endswith(".")
        for params in self.params:
            again = from_mapping(self.block.params, to_mapping(params), self.block.name)
            assert again == params
