"""motekit serve"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from .console import Json, emit, say, table

if TYPE_CHECKING:
    from motekit.server.keys import KeyFile


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0: any.", min=0, max=65535)] = 4800,
    name: Annotated[
        list[str] | None, typer.Option(help="Host:port it is reached by; repeatable.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key, PEM.")] = None,
    open_network: Annotated[
        bool, typer.Option("--open-network", help="Listen beyond this machine without TLS.")
    ] = False,
    signed_only: Annotated[
        bool, typer.Option("--signed-only", help="Refuse acquisition files without a signature.")
    ] = False,
    new_key: Annotated[str, typer.Option(help="Make an API key of this name, and end.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do: ingest, read, write; repeatable.")
    ] = None,
    no_hmac: Annotated[
        bool, typer.Option("--no-hmac", help="The new key's files carry others' signatures.")
    ] = False,
    revoke: Annotated[str, typer.Option(help="Forget the API key of this name, and end.")] = "",
    keys: Annotated[bool, typer.Option("--keys", help="List the API keys, and end.")] = False,
    json: Json = False,
) -> None:
    """Take uploads from devices, and show recordings, over HTTP.

    Devices' own keys: put them in MOTEKIT_API_KEY and MOTEKIT_HMAC_KEY beside --new-key.
    """
    from motekit.server.keys import KeyFile
    from motekit.server.places import Places
    from motekit.server.serve import Address, Ready, serve
    from motekit.workflows.project import find

    folder = find(project).resolve()
    file = KeyFile(Places(folder).keys)
    if new_key or revoke or keys:
        _keys(file, _New(new_key, tuple(scope or ("ingest",)), not no_hmac), revoke, json)
        return

    def ready(at: Ready) -> None:
        if json:
            emit({"url": at.url, "login": at.login})
        else:
            say(f"motekit serves {folder.name} at {at.url}")
            say(f"open once in a browser: {at.login}")
            if not file.all():
                say("no API keys yet; for a device: motekit serve --new-key NAME --scope ingest")

    address = Address(host, port, tuple(name or ()), tls_cert, tls_key, open_network)
    serve(folder, address, ready, refuse_unsigned=signed_only)


class _New(NamedTuple):
    """A key to make."""

    name: str
    scopes: tuple[str, ...]
    signs: bool


def _keys(file: KeyFile, new: _New, revoke: str, json: bool) -> None:
    """Make, forget or list keys."""
    if revoke:
        file.revoke(revoke)
        emit({"revoked": revoke}) if json else say(f"revoked {revoke}")
    elif new.name:
        hmac_key = os.environ.get("MOTEKIT_HMAC_KEY", "") if new.signs else None
        made = file.add(new.name, new.scopes, os.environ.get("MOTEKIT_API_KEY", ""), hmac_key)
        if json:
            emit({"name": new.name, "scopes": new.scopes, "key": made[0], "hmac_key": made[1]})
        else:
            say(f"API key   {made[0]}\nHMAC key  {made[1] or 'none'}")
            say("The API key is not shown again.")
    elif json:
        emit({"keys": [{"name": key.name, "scopes": key.scopes} for key in file.all()]})
    else:
        table(("name", "scopes"), [(key.name, ", ".join(key.scopes)) for key in file.all()])
