"""File formats. Each folder here is one; see motekit.core.format."""

from __future__ import annotations

from motekit.core.format import Format
from motekit.core.registry import Registry

FORMATS: Registry[Format] = Registry(
    package=__name__, constant="FORMAT", kind="format", group="motekit.formats"
)
