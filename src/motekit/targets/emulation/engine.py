"""Unicorn's classes. Its package does not declare what it exports, so they are typed here."""

from __future__ import annotations

import importlib
from typing import Any

_unicorn: Any = importlib.import_module("unicorn")

Uc: Any = _unicorn.Uc
UcError: Any = _unicorn.UcError
