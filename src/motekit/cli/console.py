"""What verbs share at the terminal: the --json option, tables and progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from typer.core import TyperCommand

Json = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
]


def optional_value(option: str, without: str) -> type[TyperCommand]:
    """A command whose `option` may stand alone; it then has the value `without`.

    Only a whole number behind it is taken for its value.
    """
    from typer.core import TyperCommand as Command

    class Bare(Command):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            out: list[str] = []
            for i, word in enumerate(args):
                alone = word == option and not "".join(args[i + 1 : i + 2]).lstrip("-").isdigit()
                out += [word, without] if alone else [word]
            return super().parse_args(ctx, out)

    return Bare


WIDE = 200  # columns of a table that goes to a file or another program


class Report(Protocol):
    """Told how far a piece of work is: (what, done, total, note)."""

    def __call__(self, what: str, done: int, total: int, note: str = "") -> None: ...


def emit(value: Any) -> None:
    """Print the JSON object of --json."""
    print(json.dumps(value, indent=2, sort_keys=False, allow_nan=False))


def say(text: str = "") -> None:
    """A line for people; standard output, so that it can be piped."""
    print(text)


def paragraph(text: str) -> None:
    """A line for people, folded where the terminal ends; one that is set in stays as it is."""
    import textwrap

    if not text or text.startswith(" "):
        say(text)
        return
    width = max(40, terminal_width())
    say(textwrap.fill(text, width, subsequent_indent="  ", break_on_hyphens=False))


def counted(n: int, what: str) -> str:
    """A number of things, such as "1 error" and "2 errors"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], spare: Sequence[int] = ()) -> None:
    """A plain table; numbers are right-aligned.

    Args:
        spare: columns to leave out, one after the other, where the terminal is too narrow.
    """
    width = terminal_width()
    gone: list[int] = []
    while len(gone) < len(spare) and _wide(headers, rows, gone) > width:
        gone.append(spare[len(gone)])
    kept = [i for i in range(len(headers)) if i not in gone]
    _print([headers[i] for i in kept], [[row[i] for i in kept] for row in rows], width)
    if gone:
        names = ", ".join(headers[i] for i in sorted(gone))
        say(f"left out, as the terminal has {width} columns (--json has all): {names}")


def terminal_width() -> int:
    """Columns to print for: those of the terminal, or many where no person looks."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else WIDE


def _wide(headers: Sequence[str], rows: Sequence[Sequence[str]], gone: Sequence[int]) -> int:
    """Columns of the terminal that a table takes, two between its own."""
    kept = [i for i in range(len(headers)) if i not in gone]
    return sum(max(len(r[i]) for r in (headers, *rows)) + 2 for i in kept) - 2


def _print(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    from rich.console import Console
    from rich.table import Table

    out = Table(box=None, pad_edge=False, header_style="bold")
    for i, header in enumerate(headers):
        cells = [row[i] for row in rows]
        numeric = i > 0 and all(c[:1].isdigit() or c[:1] in "-−±–+" for c in cells if c)
        justify: Literal["right", "left"] = "right" if numeric else "left"
        out.add_column(header, justify=justify, no_wrap=numeric, overflow="fold")
    for row in rows:
        out.add_row(*row)
    Console(width=width).print(out)


class _Bars:
    """One progress bar per piece of work, made when it is first reported."""

    def __init__(self, bars: RichProgress) -> None:
        self.bars = bars
        self.tasks: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int, note: str = "") -> None:
        if what not in self.tasks:
            self.tasks[what] = self.bars.add_task(what, total=total, note="")
        self.bars.update(self.tasks[what], completed=done, total=total, note=note)


@contextmanager
def progress(quiet: bool) -> Iterator[Report]:
    """Progress bars on standard error; silent with `quiet` or when nobody looks."""
    if quiet or not sys.stderr.isatty():

        def silent(what: str, done: int, total: int, note: str = "") -> None:
            return None

        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)
