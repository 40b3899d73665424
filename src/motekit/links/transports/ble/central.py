"""The operating system's Bluetooth, through bleak."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bleak import BleakClient
from bleak.exc import BleakError

from motekit.links.transport import Gone

from .gatt import DOWN, LEAST_WRITE, SERVICE, UP


class BleakCentral:
    """One device, by address."""

    def __init__(self, address: str, wait_s: float) -> None:
        self._address, self._wait_s = address, wait_s
        self._client: BleakClient | None = None
        self._piece = LEAST_WRITE

    async def open(self, heard: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        client = BleakClient(
            self._address, disconnected_callback=lambda _: gone(), services=[SERVICE],
            timeout=self._wait_s,
        )  # fmt: skip
        self._client = client
        try:
            await client.connect()
            down = client.services.get_characteristic(DOWN)
            if down is None:
                raise Gone("the device does not offer the mote link", where=self._address)
            self._piece = max(LEAST_WRITE, down.max_write_without_response_size)
            await client.start_notify(UP, lambda _, data: heard(bytes(data)))
        except (BleakError, OSError, TimeoutError) as error:
            raise Gone(f"cannot connect: {error}", where=self._address) from error

    async def write(self, data: bytes) -> None:
        if self._client is None:
            raise Gone("not connected", where=self._address)
        try:
            for at in range(0, len(data), self._piece):
                piece = data[at : at + self._piece]
                await self._client.write_gatt_char(DOWN, piece, response=False)
        except (BleakError, OSError) as error:
            raise Gone(f"the device is gone: {error}", where=self._address) from error

    async def close(self) -> None:
        if self._client is not None:
            with contextlib.suppress(BleakError, OSError):
                await self._client.disconnect()
