"""Ops as plugins: one folder each, with its kernels below it."""

from functools import cache

from motekit.core.op import Kernel, OpSpec
from motekit.core.registry import Registry

OPS: Registry[OpSpec] = Registry("motekit.graph.ops", "OP", "op", "motekit.ops")


@cache
def kernels(kind: str) -> Registry[Kernel]:
    """The C kernels of one op, by folder name."""
    package = f"{OPS.get(kind).package}.kernels"
    return Registry(package, "KERNEL", f"{kind} kernel", f"motekit.kernels.{kind}")
