"""What `motekit collect` shows: devices, sensors, a level line for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from motekit.workflows.collect.collection import Collection, Where
    from motekit.workflows.collect.device import State
    from motekit.workflows.collect.meter import Figures, Level

BARS = "▁▂▃▄▅▆▇█"
LINKS = {"live": "green", "gone": "bold red", "waiting": "yellow", "failed": "bold red"}
RATE_ERROR = 0.003  # as `motekit check` reports it
PPM_DOUBT = 10e-6  # a rate that is known worse than this is not shown to the ppm
NAME_MOST = 14


def bars(values: npt.NDArray[np.float64], width: int) -> str:
    """A line of `width` characters from the lowest to the highest of the values.

    Each is of the value that is farthest from the middle in its part of them, so that no peak
    is left out.
    """
    finite = np.where(np.isfinite(values), values, 0.0)
    if not len(finite) or width < 1:
        return ""
    low, high = float(finite.min()), float(finite.max())
    if high == low:
        return BARS[0] * min(width, len(finite))
    middle = float(np.median(finite))
    edges = np.linspace(0, len(finite), min(width, len(finite)) + 1).astype(int)
    picked = [
        part[int(np.argmax(np.abs(part - middle)))]
        for part in np.split(finite, edges[1:-1])
    ]  # fmt: skip
    steps = (np.array(picked) - low) / (high - low) * (len(BARS) - 1)
    return "".join(BARS[round(step)] for step in steps)


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text


def headline(collection: Collection, where: Where) -> Text:
    """What is going on, and how long still."""
    from rich.text import Text

    plan = collection.plan
    about = [plan.label or "no label", plan.subject or "", plan.session or ""]
    take = f" take {where.take} of {plan.count}" if plan.count > 1 else ""
    left = f" / {clock(where.elapsed_s + where.left_s)}" if where.left_s is not None else ""
    style, words = {
        "connecting": ("yellow", "connecting …"),
        "countdown": ("bold yellow", f"starts in {round(where.left_s or 0)} …"),
        "recording": ("bold red", f"● recording{take}  {clock(where.elapsed_s)}{left}"),
        "pause": ("yellow", f"pause, next take in {round(where.left_s or 0)} …"),
        "catching up": ("yellow", "waiting for what the devices still hold …"),
        "done": ("green", "done"),
    }[where.phase]
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(words, style=style)
    out.append("   " + " · ".join(text for text in about if text), style="dim")
    return out


def device_line(state: State) -> Text:
    """Name, where, link, clock, battery."""
    from rich.text import Text

    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(state.name, style="bold")
    out.append("  ")
    out.append(state.link, style=LINKS.get(state.link, "dim"))
    if state.clock_ppm is not None:
        out.append("  clock {:+.1f} ± {:.1f} ppm".format(*state.clock_ppm))
    if state.battery is not None:
        out.append(f"  battery {state.battery} %")
    if state.backlog > 2:
        out.append(f"  {state.backlog} frames behind", style="yellow")
    if state.damaged:
        out.append(f"  repeated {state.damaged}", style="dim")
    if state.name != state.address:
        out.append(f"  {state.address}", style="dim")
    return out


def sensor_line(figures: Figures) -> Text:
    """Rate against nominal, losses, jitter, clipping."""
    from rich.text import Text

    out = Text("  ", no_wrap=True, overflow="ellipsis")
    out.append(figures.sensor[:NAME_MOST].ljust(NAME_MOST), style="cyan")
    error = figures.rate_error
    if figures.rate_hz is None or error is None:
        out.append(f" {figures.nominal_hz:g} Hz nominal")
    else:
        wrong = abs(error) > RATE_ERROR
        sure = figures.rate_doubt < PPM_DOUBT
        rate = f"{figures.rate_hz:.6g}" if sure else f"{figures.rate_hz:.4g}"
        far = f" ({error * 100:+.2f} %)" if wrong else f" ({error * 1e6:+.0f} ppm)" if sure else ""
        out.append(f" {rate} Hz of {figures.nominal_hz:g}{far}", style="red" if wrong else "")
    out.append(f"  lost {figures.lost}", style="bold red" if figures.lost else "")
    if figures.jitter_us is not None:
        out.append(f"  jitter {figures.jitter_us:.0f} µs")
    clipped = sum(level.clipped for level in figures.levels)
    if clipped:
        out.append(f"  clipped {clipped}", style="bold red")
    return out


def level_line(level: Level, width: int) -> Text:
    """The last seconds of a channel, its newest value and its range."""
    from rich.text import Text

    out = Text("    ", no_wrap=True, overflow="crop")
    out.append(level.name[: NAME_MOST - 2].ljust(NAME_MOST - 2))
    values = level.values
    right = f" {values[-1]:9.4g} [{values.min():.3g}, {values.max():.3g}] {level.unit}"
    room = max(8, width - out.cell_len - 34)
    style = "red" if level.clipped else "dim" if level.still else "green"
    out.append(" " + bars(values, room).ljust(room), style=style)
    out.append(right)
    if level.still:
        out.append(" still", style="yellow")
    return out


def view(collection: Collection, where: Where, log: Sequence[str], width: int) -> RenderableType:
    """The whole picture, `width` characters wide."""
    from rich.console import Group
    from rich.text import Text

    lines: list[Text] = [headline(collection, where)]
    for device in collection.devices:
        state = device.state()
        lines += [Text(), device_line(state)]
        for figures in state.figures:
            lines.append(sensor_line(figures))
            lines += [level_line(level, width) for level in figures.levels]
    if log:
        lines.append(Text())
        lines += [Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis")
                  for line in log[-4:]]  # fmt: skip
    return Group(*lines)
