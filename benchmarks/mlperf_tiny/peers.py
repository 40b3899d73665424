"""What others need for the same networks, each figure named for what it is.

Published: MLPerf Tiny results (github.com/mlcommons/tiny_results_v0.5 to v1.3, closed division),
measured on an STM32L4R5 at 120 MHz: latency times clock, so the wait states of its flash are in
it. Rebuilding one of these engines gave 1.11 to 1.30 times the zero-wait-state model used here.
TFLM: tflite-micro 90b983c2 with its CMSIS-NN kernels, built by its own Makefile and run in the
same timing model as ours, RAM as the arena used, other static data and the stack of Invoke.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One figure set; None where nothing is published.

    Args:
        cycles: of one inference.
        ram_bytes: what the source says, see `ram_note`.
        code_bytes: flash without the model.
        tag: how the cycles came about.
    """

    name: str
    cycles: int | None
    ram_bytes: int | None
    ram_note: str
    code_bytes: int | None
    tag: str


MEASURED = "measured, STM32L4R5, flash wait states included"
EMULATED = "emulated, the same timing model as ours"
TFLM = "arena used, static and stack"


def _tflm(cycles: int, arena: int, static: int, stack: int, code: int) -> Peer:
    return Peer("TFLM + CMSIS-NN", cycles, arena + static + stack, TFLM, code, EMULATED)


PEERS: dict[str, tuple[Peer, ...]] = {
    "kws": (
        Peer("X-CUBE-AI 9.0 (v1.2)", 5_182_000, 22_272, "activations", None, MEASURED),
        Peer("Bosch HALE 1.0.17x (v1.2)", 7_219_000, 20_864, "buffer", None, MEASURED),
        _tflm(9_081_682, 22_820, 640, 844, 53_242),
    ),
    "ic": (
        Peer("X-CUBE-AI 9.0 (v1.2)", 19_815_000, 56_672, "activations", None, MEASURED),
        Peer("Bosch HALE 1.0.17x (v1.2)", 21_665_000, 57_856, "buffer", None, MEASURED),
        _tflm(36_352_386, 54_996, 640, 844, 51_034),
    ),
    "vww": (
        Peer("X-CUBE-AI 9.0 (v1.2)", 10_671_000, 58_624, "activations", None, MEASURED),
        Peer("Plumerai 2023.05 (v1.1)", 11_851_000, 40_960, "arena, at most", None, MEASURED),
        _tflm(28_791_192, 100_708, 640, 843, 53_246),
    ),
    "ad": (
        Peer("Plumerai 2023.05 (v1.1)", 486_000, 40_960, "arena, at most", None, MEASURED),
        Peer("Bosch HALE 1.0.17x (v1.2)", 700_000, 768, "buffer", None, MEASURED),
        _tflm(737_522, 2_580, 636, 556, 28_056),
    ),
    "sww": (
        Peer("X-CUBE-AI 10.2 (v1.3)", 2_150_000, None, "", None,
             "a step of 32 ms with its features; from its duty cycle on an STM32L4R5"),
    ),
}  # fmt: skip
