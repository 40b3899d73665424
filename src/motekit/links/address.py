"""Where a device is, in one word of the command line: `serial:/dev/ttyACM0,baud=921600`.

`TRANSPORT:PLACE,NAME=VALUE,…`: PLACE sets the transport's first parameter; where that is a host
with a port behind it, `HOST:PORT`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any, get_origin

from motekit.core.errors import InputError
from motekit.core.params import ParamInfo, describe, from_mapping, to_mapping

from .transport import TRANSPORTS, Transport

EXAMPLE = "such as serial:/dev/ttyACM0, tcp:192.168.1.7:7077 or ble:C0:FF:EE:00:00:01"


@dataclass(frozen=True)
class Address:
    """A device on a transport; `text` says the same as `parse` takes."""

    transport: Transport
    params: Any

    @property
    def text(self) -> str:
        """The shortest address that leads here."""
        infos = list(describe(self.transport.params))
        values = to_mapping(self.params)
        place = str(values.pop(infos[0].name)) if infos else ""
        if _has_port(infos):
            place += f":{values.pop('port')}"
        rest = [
            f"{info.name}={_written(values[info.name])}"
            for info in infos
            if info.name in values and values[info.name] != _plain(info.default)
        ]
        return ",".join([f"{self.transport.name}:{place}", *rest])


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _written(value: Any) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)


def _has_port(infos: list[ParamInfo]) -> bool:
    names = [info.name for info in infos]
    return names[:1] == ["host"] and "port" in names


def _value(text: str, info: ParamInfo | None) -> Any:
    """Text as what the parameter takes; a list is written a|b|c."""
    if info is None or info.type is str:
        return text
    if get_origin(info.type) is tuple:
        return text.split("|")
    try:
        return tomllib.loads(f"v = {text.lower()}")["v"]
    except tomllib.TOMLDecodeError:
        return text


def parse(text: str) -> Address:
    """Read an address. Raises InputError, naming what is wrong with it."""
    name, colon, rest = text.partition(":")
    if not colon:
        raise InputError("a device is TRANSPORT:PLACE", where="device", value=text, way_out=EXAMPLE)
    transport = TRANSPORTS.get(name)
    infos = list(describe(transport.params))
    types = {info.name: info for info in infos}
    given: dict[str, Any] = {}
    place, *options = rest.split(",")
    if place and _has_port(infos) and place.count(":") == 1:
        place, _, given["port"] = place.partition(":")
    if place and not infos:
        raise InputError("this transport has one place only", where=text, value=place,
                         way_out=f"{name}:")  # fmt: skip
    if place:
        given[infos[0].name] = place
    for option in options:
        key, equals, value = option.partition("=")
        if not equals:
            raise InputError("expected NAME=VALUE after a comma", where=text, value=option)
        given[key] = value
    typed = {key: _value(value, types.get(key)) for key, value in given.items()}
    return Address(transport, from_mapping(transport.params, typed, where=name))
