"""Say hello: what a verb takes."""

from __future__ import annotations

import typer


def command(name: str = typer.Argument("you", help="whom to greet")) -> None:
    """Say hello."""
    typer.echo(f"hello {name}")
