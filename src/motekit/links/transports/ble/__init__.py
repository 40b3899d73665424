"""Bluetooth Low Energy: the mote link in the notifications and writes of one GATT service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.links.transport import Place, Transport

from .connection import BleConnection
from .gatt import SERVICE


@dataclass(frozen=True)
class Params:
    address: str = param("", "address of the device (on macOS: its identifier)")
    wait_s: float = param(10.0, "how long to look for it", unit="s", minimum=0.5, maximum=120.0)


def _needs_bleak(error: ImportError) -> InputError:
    return InputError("bleak is not installed", where="ble", way_out="pip install 'motekit[ble]'")


def connect(params: Params) -> BleConnection:
    """Raises Gone if the device does not answer, InputError without address or bleak."""
    try:
        from .central import BleakCentral
    except ImportError as error:
        raise _needs_bleak(error) from error
    if not params.address:
        raise InputError("which device?", where="ble", way_out="give its address")
    return BleConnection(BleakCentral(params.address, params.wait_s), params.address)


def find() -> tuple[Place, ...]:
    """Devices near by that offer the service; none without bleak or an adapter."""
    try:
        from bleak import BleakScanner
        from bleak.exc import BleakError
    except ImportError:
        return ()
    try:
        devices = asyncio.run(BleakScanner.discover(timeout=4.0, service_uuids=[SERVICE]))
    except (BleakError, OSError):
        return ()
    return tuple(
        Place(Params(address=device.address), f"{device.address}  {device.name or ''}")
        for device in devices
    )


TRANSPORT = Transport(
    name="ble",
    summary="Bluetooth Low Energy",
    params=Params,
    connect=connect,
    package=__name__,
    find=find,
)
