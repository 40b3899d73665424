"""The command line: one file per verb, discovered by name.

A verb is a module of this package with a function `command`, whose docstring is the help text, or
with a Typer `command` that has verbs of its own.
`COMMAND`, if there is one, is the Typer class that reads its words.
Verb modules import nothing heavy at the top, so that `motekit --help` stays quick.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from .exits import guarded


def verbs() -> tuple[str, ...]:
    """Names of all verbs, sorted; private modules and helpers have no `command`."""
    names = (m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(sorted(n.removesuffix("_") for n in names if n not in ("exits", "console")))


def _module(verb: str) -> str:
    """Python keywords and builtins get a trailing underscore as module names (`import_`)."""
    found = {m.name for m in pkgutil.iter_modules(__path__)}
    return f"{__name__}.{verb if verb in found else verb + '_'}"


def build_app() -> typer.Typer:
    """The Typer application with every verb."""
    app = typer.Typer(
        name="motekit",
        help="From sensor recordings to a tiny, proven program on a microcontroller.",
        invoke_without_command=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def main_options(
        context: typer.Context,
        version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    ) -> None:
        if version:
            from motekit import __version__

            typer.echo(f"motekit {__version__}")
        elif context.invoked_subcommand is None:
            typer.echo(context.get_help())

    for verb in verbs():
        module = importlib.import_module(_module(verb))
        if isinstance(module.command, typer.Typer):
            app.add_typer(module.command, name=verb)
        else:
            app.command(name=verb, cls=getattr(module, "COMMAND", None))(module.command)
    return app


def main() -> None:
    """Entry point of the `motekit` script: exit 0, 1, 2, 3 or 130, never a traceback."""
    json_mode = "--json" in sys.argv[1:]
    sys.exit(guarded(lambda: build_app()(standalone_mode=False), json_mode))
