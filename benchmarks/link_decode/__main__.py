"""Bytes a second that the host's end in Python takes: from the wire to arrays with times.

python -m benchmarks.link_decode
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np

from motekit.core.recording import Channel, Stream
from motekit.links.collector import Collector
from motekit.links.memorysink import MemorySink
from motekit.links.options import Options
from motekit.links.virtual import Setup, Source, VirtualMote, replay


def capture(max_frame: int, megabytes: float) -> bytes:
    """What a one-way mote with a 6-axis IMU at 416 Hz and an ADC at 1 kHz sends."""
    values = np.random.default_rng(1).integers(-30000, 30000, (5000, 7)).astype(np.int16)
    axes = tuple(Channel(name, "m/s2", 0.01) for name in "abcdef")
    imu = Stream("imu", axes, 416.0, values[:, :6])
    adc = Stream("adc", axes[:1], 1000.0, values[:, 6:])
    sources = [Source(s, batch=1, per_frame=1000) for s in (imu, adc)]
    setup = Setup(one_way=True, max_frame=max_frame)
    mote = VirtualMote(replay(sources, max_frame=max_frame), setup)
    out = b""
    while len(out) < megabytes * 1e6:
        out += b"".join(data for _, data in mote.run(len(out) / 7000 + 60.0))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = {}
    for max_frame in (80, 244, 1024):
        data = capture(max_frame, args.megabytes)
        collector = Collector(MemorySink(), Options(passive=True))
        began = time.perf_counter()
        for number, at in enumerate(range(0, len(data), 4096)):
            now = number * 0.58  # as at 7 kB a second
            collector.receive(data[at : at + 4096], now)
            collector.poll(now)
        collector.close(len(data) / 7000)
        seconds = time.perf_counter() - began
        samples = sum(collector.stored.values())
        rows[max_frame] = {
            "mb_per_s": round(len(data) / seconds / 1e6, 2),
            "ksamples_per_s": round(samples / seconds / 1e3),
        }
    if args.json:
        print(json.dumps(rows))
    else:
        for max_frame, row in rows.items():
            print(f"frames of {max_frame:4} bytes: {row['mb_per_s']:6} MB/s, "
                  f"{row['ksamples_per_s']:6} thousand samples/s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
