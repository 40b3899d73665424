"""Recordings: read, write, store, check, label, cut into windows, split."""

from __future__ import annotations

from .parts import join, read, read_parts, write

__all__ = ["join", "read", "read_parts", "write"]
