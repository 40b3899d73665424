"""The GATT service of the mote link. See SPEC.md, "Mote link"."""

from __future__ import annotations

from typing import Final

SERVICE: Final = "6d6b0001-6c69-4e6b-8000-6d6f74656b69"
UP: Final = "6d6b0002-6c69-4e6b-8000-6d6f74656b69"  # notify: bytes from the device
DOWN: Final = "6d6b0003-6c69-4e6b-8000-6d6f74656b69"  # write without response: bytes to it
LEAST_WRITE: Final = 20  # bytes that one write carries at the smallest MTU
