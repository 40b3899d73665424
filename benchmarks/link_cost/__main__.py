"""Code size and cycles of the device's end of the mote link, on emulated cores.

python -m benchmarks.link_cost
"""

from __future__ import annotations

import argparse
import ctypes
import json
import sys
from pathlib import Path
from typing import Any

from motekit import targets
from motekit.links.codec import encode
from motekit.links.frames import Ack, Ask, Open, Probe, Wake
from motekit.links.virtual.build import LINK
from motekit.targets import toolchain
from motekit.targets.emulation import Machine
from motekit.testing.machine import host_library, program

HERE = Path(__file__).parent
BOOT = 0x1234ABCD
SOURCES = [path for path in sorted(LINK.glob("*.c")) if path.stem != "mk_link_reader"]
FILES = [*SOURCES, HERE / "mk_link_cost.c"]
CORES = ("cortex-m4f", "cortex-m0plus", "riscv32imc")
OUT = 20_000  # bytes of the script's output at most
# Frames a second of 416 Hz × 6 × int16, 100 Hz × int24 and 1 kHz × int16, as staged.
RATES = {0: 416 / 18, 1: 100 / 40, 2: 1000 / 60}
SAMPLES = {0: 18, 1: 40, 2: 60}


def words() -> bytes:
    """What the host of the script says."""
    frames = [Wake(), Ask(0, 13), Open(False, 500), Probe(77), Ack(4, 500, ((1, 9), (12, 2)))]
    return b"\0" + b"".join(encode(frame, BOOT) for frame in frames)


def on_host() -> bytes:
    """The script's output from this computer's processor."""
    library = host_library(FILES, include=[LINK])
    out = ctypes.create_string_buffer(OUT)
    host = words()
    n = library.mk_cost_script(host, len(host), out, OUT)
    return out.raw[:n]


def on_core(core: str, compiler: str) -> dict[str, Any]:
    """Sizes in bytes, cycles of single calls, and the script's output."""
    settings = toolchain.Settings(compiler=compiler, opt="-Os", include=(LINK,))
    with program(core, FILES, include=[LINK], compiler=compiler) as linked:
        machine = Machine(core, linked.elf.path, check_alignment=False)
        owners = toolchain.owners(targets.core(core), FILES, settings)
        sizes = machine.elf.by_source(owners)
        flash = {path.name: sizes[path.name].flash for path in SOURCES if path.name in sizes}
        host = machine.put(words())
        out = machine.alloc(OUT)
        n = int(machine.call("mk_cost_script", host, len(words()), out, OUT))
        output = machine.read(out, n)
        machine.call("mk_cost_setup")
        opening = machine.put(encode(Open(False, 5000), BOOT))
        machine.call("mk_cost_receive", opening, len(encode(Open(False, 5000), BOOT)))
        machine.call("mk_cost_poll")
        fill = {s: frame_cycles(machine, s) for s in RATES}
        ack = encode(Ack(3, 5000), BOOT)
        got = machine.measure("mk_cost_receive", machine.put(ack), len(ack))
        return {
            "flash": flash, "total": sum(flash.values()), "ram": machine.call("mk_cost_ram"),
            "stack": got.stack_bytes, "frame_cycles": fill, "ack_cycles": got.cycles,
            "mcycles_per_s": sum(RATES[s] * fill[s] for s in RATES) / 1e6,
            "output": output.hex(),
        }  # fmt: skip


def frame_cycles(machine: Machine, stream: int) -> int:
    """Cycles from the first sample of a frame to its last byte on the line."""
    machine.clear()
    for _ in range(SAMPLES[stream]):
        machine.call("mk_cost_push", stream, 1)
    machine.call("mk_cost_poll")
    return int(machine.measurement().cycles)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    host = on_host().hex()
    rows = {}
    for core in CORES:
        for compiler in ("zig", "gcc"):
            if compiler == "gcc" and core.startswith("riscv"):
                continue
            row = on_core(core, compiler)
            row["same_bytes_as_host"] = row.pop("output") == host
            rows[f"{core} {compiler}"] = row
    if args.json:
        print(json.dumps(rows, indent=1))
        return 0
    print(
        f"{'':20} {'code B':>7} {'RAM B':>6} {'IMU frame':>10} {'ACK':>7} {'Mcycles/s':>10}  bytes"
    )
    for name, row in rows.items():
        same = "as on the host" if row["same_bytes_as_host"] else "DIFFERENT"
        print(
            f"{name:20} {row['total']:7} {row['ram']:6} {row['frame_cycles'][0]:10} "
            f"{row['ack_cycles']:7} {row['mcycles_per_s']:10.3f}  {same}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
