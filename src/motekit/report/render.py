"""ReportData → one HTML file."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import formats
from .data import ReportData
from .view import view


def environment() -> Environment:
    """Templates with every value escaped and every missing name an error."""
    env = Environment(
        loader=PackageLoader("motekit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["number"] = formats.number
    env.filters["figure"] = formats.figure
    env.filters["unit"] = formats.unit
    env.filters["interval"] = formats.interval
    return env


def style() -> str:
    """The style sheet that all pages share."""
    return resources.files("motekit.report").joinpath("templates/report.css").read_text("utf-8")


def render(data: ReportData) -> str:
    """One self-contained HTML file: no script, no external request, opens offline.

    Everything that comes from the user (names, labels, commands) is escaped. The same data
    gives the same bytes.
    """
    return environment().get_template("report.html.j2").render(css=style(), **view(data))
