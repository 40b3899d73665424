"""What a compiler needs to know of a core, and a planner of a board. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TargetSpec:
    """A core.

    Args:
        name: folder name in motekit.targets.cores ("cortex-m4f" is folder cortex_m4f).
        isa: "armv6-m", "armv7e-m", "armv8-m.main", "rv32imc", "host", "null".
        features: of "dsp" (SMLAD and kin), "fpu" (single precision), "mul64" (UMULL in
            hardware), "hwdiv", "unaligned" (unaligned word loads).
        registers: general registers a kernel may hold at once.
        flash, ram: (origin, bytes) of the emulated memory map.
    """

    name: str
    isa: str
    features: frozenset[str] = frozenset()
    registers: int = 13
    flash: tuple[int, int] = (0, 1 << 20)
    ram: tuple[int, int] = (0x20000000, 1 << 18)

    @property
    def arithmetic(self) -> str:
        """ "float" on cores with an FPU, "fixed" on cores without one."""
        return "float" if "fpu" in self.features or self.isa in ("host", "null") else "fixed"


@dataclass(frozen=True)
class BoardSpec:
    """A board: a core with memories, a clock and measured energy. Every fact has a source.

    Args:
        core: name of its TargetSpec.
        clock_hz: CPU clock.
        flash_bytes, ram_bytes: memory for the whole program.
        wait_state_factor: real cycles per zero-wait-state model cycle, (low, typical, high).
        energy_pj_per_cycle: (low, typical, high) while computing, at the supply stated in
            `sources`.
        sleep_uw: power while waiting for samples.
        ble_nj_per_byte: radio energy of streaming raw samples in full packets, without the
            cost of connection events, or None without a radio.
        ble_event_uj: energy of one connection event, however little it carries.
        battery_mwh: the battery assumed for life figures.
        sources: fact → where it was read.
    """

    name: str
    title: str
    core: str
    clock_hz: float
    flash_bytes: int
    ram_bytes: int
    wait_state_factor: tuple[float, float, float]
    energy_pj_per_cycle: tuple[float, float, float]
    sleep_uw: float
    ble_nj_per_byte: float | None = None
    ble_event_uj: float | None = None
    battery_mwh: float = 675.0
    sources: dict[str, str] = field(default_factory=dict)
