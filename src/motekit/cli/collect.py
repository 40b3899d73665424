"""motekit collect"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Json, emit, say, table
from .exits import Stopped

if TYPE_CHECKING:
    from motekit.links.batch import Event
    from motekit.links.find import Found
    from motekit.workflows.collect.collection import Collection, Where
    from motekit.workflows.collect.device import Device
    from motekit.workflows.collect.run import Result

COUNTDOWN_S = 3.0


def command(
    device: Annotated[
        list[str] | None,
        typer.Argument(help="TRANSPORT:PLACE, several at once; without: the one that is found."),
    ] = None,
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    label: Annotated[str, typer.Option(help="Label of what is recorded.")] = "",
    subject: Annotated[str, typer.Option(help="Who is recorded.")] = "",
    session: Annotated[str, typer.Option(help="Session; by default the day and time.")] = "",
    seconds: Annotated[
        float, typer.Option(min=0.0, help="Length of a take; 0: until Ctrl-C.")
    ] = 0.0,
    takes: Annotated[int, typer.Option(min=1, help="How many takes, one after the other.")] = 1,
    pause: Annotated[float, typer.Option(min=0.0, help="Seconds between takes.")] = 3.0,
    countdown: Annotated[
        float, typer.Option(help="Seconds before the first take; by default 3 in a terminal.")
    ] = -1.0,
    wait: Annotated[float, typer.Option(min=1.0, help="Seconds to wait for devices.")] = 15.0,
    backlog: Annotated[
        bool, typer.Option("--backlog", help="Keep what devices sampled before, too.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show what is found, and end.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Show only; record nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a collection that was killed.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="A virtual device that replays a real recording.")
    ] = False,
    json: Json = False,
) -> None:
    """Record live devices: serial, BLE, TCP, MQTT, files of what a device sent.

    Shows rate, losses, jitter, clipping and levels; survives unplugging; Ctrl-C ends a
    recording and keeps it. Ends with the verdict of motekit check, and with its exit code.
    """
    if list_:
        _list(json)
        return
    from motekit.core.errors import InputError

    if takes > 1 and not seconds:
        raise InputError("several takes need a length", where="--takes", value=takes,
                         way_out="add --seconds 10")  # fmt: skip
    from motekit.recordings.store import Store
    from motekit.workflows.collect.plan import Plan
    from motekit.workflows.collect.run import collect, look_at, new_session
    from motekit.workflows.project import find

    folder = Path(".") if look else find(project).resolve()
    looks = sys.stderr.isatty() and not json
    with _devices(device or [], demo, resume) as addresses:
        plan = Plan(
            addresses, label or None, subject or None, session or new_session(), seconds,
            countdown if countdown >= 0 else COUNTDOWN_S if looks else 0.0, takes, pause, backlog,
        )  # fmt: skip
        with _showing(looks, json) as show:
            if look:
                look_at(addresses, show, wait_s=wait, seconds=seconds)
                return
            result = collect(folder, Store.of_project(folder), plan, show, wait_s=wait,
                             resume=resume)  # fmt: skip
    _end(result, json)


def _end(result: Result, json: bool) -> None:
    """Say what came of it; the exit code."""
    if json:
        emit(result.as_dict())
    else:
        _summary(result)
    if result.error is not None and not json:
        raise result.error
    if result.error is not None:
        raise typer.Exit(result.error.exit_code)
    if result.interrupted:
        raise Stopped
    if not result.report.ok:
        raise typer.Exit(1)


def _summary(result: Result) -> None:
    if result.recovered:
        say(f"kept of a collection that was killed: {', '.join(result.recovered)}")
    for text in result.set_aside:
        say(f"a collection that was killed is damaged and set aside: {text}")
    rows = [
        (name, stream["sensor"], str(stream["rows"]), f"{stream['rows'] / stream['rate_hz']:.2f}",
         str(sum(count for _, count, _ in stream["gaps"])))
        for name, facts in result.recordings.items() for stream in facts["streams"]
    ]  # fmt: skip
    if rows:
        table(("recorded", "sensor", "samples", "seconds", "missing"), rows)
    for gap in result.gaps:
        if gap.gap.reason != "closed":
            say(f"missing: {gap.device} {gap.sensor} {gap.gap.count} samples from index "
                f"{gap.gap.start}, {gap.gap.reason}")  # fmt: skip
    if not result.recordings:
        say("nothing was recorded")
        return
    for finding in result.report.findings:
        say(finding.line())
    counts = ", ".join(f"{n} {severity}s" for severity, n in result.report.counts().items())
    say(f"check: {counts}")
    say("next: motekit check, for the whole set")


@contextmanager
def _devices(given: list[str], demo: bool, resume: bool) -> Iterator[list[str]]:
    """Addresses to collect from; a demo device lives as long as the `with`."""
    if resume:
        yield []
    elif demo:
        from motekit.links.virtual import Setup, VirtualMote
        from motekit.links.virtual.endpoints import TcpEndpoint
        from motekit.links.virtual.network import Faults
        from motekit.links.virtual.serve import Served
        from motekit.workflows.mote import RING, source_of

        mote = VirtualMote(source_of("", Path(".")), Setup(drift_ppm=23.0, ring_bytes=RING))
        endpoint = TcpEndpoint()
        with Served(mote, endpoint, Faults(delay_s=0.005, extra_s=0.005, drop=0.01)):
            yield [f"tcp:{endpoint.where}", *given]
    else:
        yield given or [_only()]


def _only() -> str:
    """The one device there is. Raises InputError if there is none, or a choice."""
    from motekit.core.errors import InputError
    from motekit.links.find import find

    print("looking for devices …", file=sys.stderr)
    found = [one for one in find() if one.speaks]
    if len(found) == 1:
        return found[0].address.text
    where = ", ".join(one.address.text for one in found) or None
    raise InputError(
        "several devices answer" if found else "no device answers", where="motekit collect",
        value=where,
        way_out="name those to record" if found
        else "plug one in, give its address (serial:/dev/ttyACM0), or try --demo; "
        "--list shows what was looked at",
    )  # fmt: skip


def _list(json: bool) -> None:
    from motekit.links.find import find

    found = find()
    if json:
        emit({"found": [_place(one) for one in found]})
        return
    if not found:
        say("nothing found; TCP and MQTT devices are named: tcp:HOST:PORT, mqtt:HOST,topic=…")
        return
    rows = [(one.address.text, _said(one)) for one in found]
    table(("address", "who answers"), rows)


def _said(found: Found) -> str:
    if found.device is None:
        return found.note
    sensors = ", ".join(f"{s.name} {s.rate_hz:g} Hz" for s in found.device.sensors)
    return f"{found.device.name} ({found.device.firmware}): {sensors}"


def _place(found: Found) -> dict[str, object]:
    device = found.device
    sensors = [] if device is None else [
        {"name": s.name, "rate_hz": s.rate_hz, "channels": [c.name for c in s.channels]}
        for s in device.sensors
    ]  # fmt: skip
    return {
        "address": found.address.text, "words": found.words, "note": found.note,
        "device": device.name if device else None,
        "firmware": device.firmware if device else None, "sensors": sensors,
    }  # fmt: skip


@contextmanager
def _showing(looks: bool, quiet: bool) -> Iterator[Callable[[Collection, Where], None]]:
    """A live picture in a terminal, a line for each event elsewhere, nothing with --json."""
    if not looks:
        yield _lines(quiet)
        return
    from rich.console import Console
    from rich.live import Live

    from ._collect_view import view

    console, log = Console(stderr=True), list[str]()
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:

        def show(collection: Collection, where: Where) -> None:
            log.extend(_said_of(d, e) for d, e in collection.news())
            live.update(view(collection, where, log, console.width), refresh=True)

        yield show


def _said_of(device: Device, event: Event) -> str:
    kind = "" if event.kind == "text" else f"{event.kind} "
    return f"{device.address.text}: {kind}{event.text}"


def _lines(quiet: bool) -> Callable[[Collection, Where], None]:
    last = ""

    def show(collection: Collection, where: Where) -> None:
        nonlocal last
        for device, event in collection.news():
            if not quiet:
                print(_said_of(device, event), file=sys.stderr)
        phase = f"{where.phase} {where.take}"
        if phase != last and not quiet:
            print(where.phase, file=sys.stderr, flush=True)
        last = phase

    return show
