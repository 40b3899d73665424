"""A device to try everything with, without hardware: see `VirtualMote`."""

from __future__ import annotations

from .mote import Setup, VirtualMote
from .replay import Source, replay

__all__ = ["Setup", "Source", "VirtualMote", "replay"]
