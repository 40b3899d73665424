"""motekit: sensor recordings in, a tiny proven C program for a microcontroller out.

Names are imported on first use, so that `import motekit` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from motekit.compiler.network_file import compile_network
    from motekit.core.errors import InputError, MachineError, MotekitError, PromiseError
    from motekit.core.pipeline import PipelineSpec
    from motekit.core.recording import Channel, Recording, Stream
    from motekit.graph import load as load_model
    from motekit.recordings.store import Store
    from motekit.targets import board
    from motekit.workflows.api import (
        add,
        build,
        check,
        import_files,
        new,
        sample,
        test,
        train,
    )
    from motekit.workflows.demo import demo
    from motekit.workflows.runs import load as load_run

__version__ = "0.1.0"

_HOME = {
    "compile_network": "compiler.network_file",
    "InputError": "core.errors",
    "MachineError": "core.errors",
    "MotekitError": "core.errors",
    "PromiseError": "core.errors",
    "PipelineSpec": "core.pipeline",
    "Channel": "core.recording",
    "Recording": "core.recording",
    "Stream": "core.recording",
    "load_model": "graph:load",
    "Store": "recordings.store",
    "board": "targets",
    "add": "workflows.api",
    "build": "workflows.api",
    "check": "workflows.api",
    "import_files": "workflows.api",
    "new": "workflows.api",
    "sample": "workflows.api",
    "test": "workflows.api",
    "train": "workflows.api",
    "demo": "workflows.demo",
    "load_run": "workflows.runs:load",
}

__all__ = [
    "Channel",
    "InputError",
    "MachineError",
    "MotekitError",
    "PipelineSpec",
    "PromiseError",
    "Recording",
    "Store",
    "Stream",
    "add",
    "board",
    "build",
    "check",
    "compile_network",
    "demo",
    "import_files",
    "load_model",
    "load_run",
    "new",
    "sample",
    "test",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'motekit' has no attribute {name!r}")
    module, _, own = _HOME[name].partition(":")
    return getattr(importlib.import_module(f"motekit.{module}"), own or name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
