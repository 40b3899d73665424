"""python -m benchmarks.emulator [--json]

4,000 windows of about 50,000 cycles each on an emulated Cortex-M4F.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from motekit import targets
from motekit.targets import toolchain
from motekit.targets.emulation import Machine

WAYS = {
    "C hook": {"check_alignment": False},
    "C hook, alignment checked": {},
    "Python hook": {"check_alignment": False, "python_hook": True},
    "Python hook, alignment checked": {"python_hook": True},
}


def run(elf: Path, windows: int, **options: bool) -> dict[str, float]:
    """Seconds, instructions and cycles of so many windows."""
    machine = Machine("cortex-m4f", elf, **options)
    machine.start()
    machine.exchange(bytes(128))  # translated once, as in any long run
    machine.clear()
    begin = time.perf_counter()
    for i in range(windows):
        machine.exchange(bytes([i & 0xFF]) * 128)
    seconds = time.perf_counter() - begin
    done = machine.measurement()
    return {
        "windows": windows,
        "seconds": seconds,
        "instructions": done.instructions,
        "cycles_per_window": done.cycles / windows,
        "mips": done.instructions / seconds / 1e6,
    }


def main() -> None:
    core = targets.core("cortex-m4f")
    source = Path(__file__).with_name("windows.c")
    with tempfile.TemporaryDirectory() as folder:
        elf = toolchain.program(core, [source], Path(folder) / "windows.elf")
        found = {
            way: run(elf, 40 if "python_hook" in options else 4000, **options)
            for way, options in WAYS.items()
        }
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    print(f"{'':32}{'windows':>8}{'s':>8}{'MIPS':>8}{'cycles a window':>17}  (measured)")
    for way, row in found.items():
        print(
            f"{way:32}{row['windows']:8}{row['seconds']:8.2f}{row['mips']:8.0f}"
            f"{row['cycles_per_window']:17.0f}"
        )


if __name__ == "__main__":
    main()
