"""motekit mote"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit

P = Annotated[float, typer.Option(min=0.0, max=1.0, help="Probability per piece of data.")]


def command(
    recording: Annotated[
        str, typer.Argument(help="File, recording of the project, or sample to replay.")
    ] = "",
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    tcp: Annotated[int, typer.Option(min=0, max=65535, help="Listen here; 0: any port.")] = 7077,
    pty: Annotated[bool, typer.Option("--pty", help="A pseudo terminal instead.")] = False,
    stdio: Annotated[bool, typer.Option("--stdio", help="Standard input and output.")] = False,
    one_way: Annotated[bool, typer.Option("--one-way", help="Never listen.")] = False,
    seconds: Annotated[float, typer.Option(min=0.0, help="End after a while; 0: never.")] = 0.0,
    seed: Annotated[
        int, typer.Option(min=-1, help="Of the faults and the boot; -1: another every time.")
    ] = -1,
    drift_ppm: Annotated[float, typer.Option(help="How fast its clock runs.")] = 0.0,
    rate_ppm: Annotated[float, typer.Option(help="How fast its sensors sample.")] = 0.0,
    ring: Annotated[int, typer.Option(help="Bytes of its buffer.")] = 1 << 22,
    delay: Annotated[float, typer.Option(min=0.0, help="Fixed delay, seconds.")] = 0.0,
    extra: Annotated[float, typer.Option(min=0.0, help="Mean random delay, seconds.")] = 0.0,
    drop: P = 0.0,
    duplicate: P = 0.0,
    reorder: P = 0.0,
    truncate: P = 0.0,
    flip: P = 0.0,
    outage: Annotated[
        list[str] | None, typer.Option(help="START:STOP: no link, seconds; repeatable.")
    ] = None,
    reset: Annotated[
        list[float] | None, typer.Option(help="Second of a restart; repeatable.")
    ] = None,
    json: Json = False,
) -> None:
    """A device without hardware: replays a recording over the mote link, with any fault.

    The C code of a real device, built for this computer. In another terminal:
    motekit collect tcp:
    """
    import threading

    from motekit.links.virtual import Setup, VirtualMote
    from motekit.links.virtual.endpoints import PtyEndpoint, StdioEndpoint, TcpEndpoint
    from motekit.links.virtual.network import Faults
    from motekit.links.virtual.serve import Plan, serve
    from motekit.workflows.mote import source_of, spans

    seed = seed if seed >= 0 else secrets.randbits(31)
    boot = (seed * 2654435761) & 0xFFFFFFFF
    setup = Setup(drift_ppm=drift_ppm, rate_ppm=rate_ppm, seed=seed, ring_bytes=ring, boot=boot,
                  one_way=one_way)  # fmt: skip
    plan = Plan(spans(outage or ()), tuple(reset or ()))
    mote = VirtualMote(source_of(recording, project), setup)
    endpoint = StdioEndpoint() if stdio else PtyEndpoint() if pty else TcpEndpoint(port=tcp)
    print(f"virtual mote on {endpoint.where}", file=sys.stderr, flush=True)
    kind = "stdin" if stdio else "serial" if pty else "tcp"
    if json:
        emit({"address": f"{kind}:{'' if stdio else endpoint.where}"})
    elif not stdio:
        print(f"motekit collect {kind}:{endpoint.where}   Ctrl-C ends it", file=sys.stderr)
    stop = threading.Event()
    if seconds:
        timer = threading.Timer(seconds, stop.set)
        timer.daemon = True
        timer.start()
    faults = Faults(delay, extra, drop, duplicate, reorder, truncate, flip)
    try:
        serve(mote, endpoint, faults, stop, plan, seed)
    except KeyboardInterrupt:
        return
    finally:
        endpoint.close()
