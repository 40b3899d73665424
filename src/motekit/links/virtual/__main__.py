"""Run a virtual mote: `python -m motekit.links.virtual data.replay --pty`.

The replay is a file made by `motekit.links.virtual.replay`; without one, the mote has an
accelerometer that turns slowly and a battery.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from pathlib import Path

import numpy as np

from motekit.core.errors import MotekitError
from motekit.core.recording import Channel, Stream

from .endpoints import Endpoint, PtyEndpoint, StdioEndpoint, TcpEndpoint
from .mote import Setup, VirtualMote
from .network import Faults
from .replay import Source, replay
from .serve import Plan, serve

RING = 1 << 22  # bytes: about ten minutes of four usual sensors


def turning() -> bytes:
    """Gravity going round the axes once in ten seconds, at 100 Hz, and a battery."""
    angle = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    xyz = np.stack([np.sin(angle), np.cos(angle) * 0.6, np.cos(angle) * 0.8], 1)
    axes = tuple(Channel(f"acc{axis}", "m/s2", 9.80665 / 8192) for axis in "XYZ")
    motion = Stream("accelerometer", axes, 100.0, np.round(xyz * 8192).astype(np.int16))
    volts = np.linspace(4.2, 3.5, 3600, dtype=np.float32)[:, None]
    battery = Stream("battery", (Channel("voltage", "V"),), 1.0, volts)
    return replay([Source(motion), Source(battery)])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m motekit.links.virtual", description=__doc__)
    parser.add_argument("replay", nargs="?", type=Path)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--pty", action="store_true", help="a pseudo terminal (default)")
    where.add_argument("--tcp", type=int, metavar="PORT", help="listen on 127.0.0.1; 0: any port")
    where.add_argument("--stdio", action="store_true")
    parser.add_argument("--one-way", action="store_true", help="never listen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drift-ppm", type=float, default=0.0)
    parser.add_argument("--rate-ppm", type=float, default=0.0)
    parser.add_argument("--ring", type=int, default=RING, help="bytes of the device's buffer")
    parser.add_argument("--delay", type=float, default=0.0, help="fixed delay, seconds")
    parser.add_argument("--extra", type=float, default=0.0, help="mean random delay, seconds")
    for fault in ("drop", "duplicate", "reorder", "truncate", "flip"):
        parser.add_argument(f"--{fault}", type=float, default=0.0, metavar="PROBABILITY")
    parser.add_argument("--outage", action="append", default=[], metavar="START:STOP")
    parser.add_argument("--reset", action="append", default=[], type=float, metavar="SECOND")
    return parser.parse_args()


def endpoint_of(args: argparse.Namespace) -> Endpoint:
    if args.stdio:
        return StdioEndpoint()
    return PtyEndpoint() if args.tcp is None else TcpEndpoint(port=args.tcp)


def main() -> int:
    args = arguments()
    faults = Faults(
        args.delay, args.extra, args.drop, args.duplicate, args.reorder, args.truncate, args.flip
    )
    setup = Setup(
        drift_ppm=args.drift_ppm, rate_ppm=args.rate_ppm, seed=args.seed, ring_bytes=args.ring,
        boot=(args.seed * 2654435761) & 0xFFFFFFFF, one_way=args.one_way,
    )  # fmt: skip
    outages = tuple((float(a), float(b)) for a, b in (text.split(":") for text in args.outage))
    try:
        mote = VirtualMote(args.replay.read_bytes() if args.replay else turning(), setup)
        endpoint = endpoint_of(args)
    except (MotekitError, OSError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "exit_code", 2)
    print(f"virtual mote on {endpoint.where}", file=sys.stderr, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        plan = Plan(outages, tuple(args.reset))
        serve(mote, endpoint, faults, threading.Event(), plan, args.seed)
    endpoint.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
