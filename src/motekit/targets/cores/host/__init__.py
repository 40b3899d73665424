"""The computer motekit runs on: the same C, loaded as a shared library, with sanitizers."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core

CORE = Core(
    spec=TargetSpec(
        name="host",
        isa="host",
        features=frozenset({"fpu", "mul64", "hwdiv", "unaligned"}),
        registers=14,
        flash=(0, 0),
        ram=(0, 0),
    ),
    summary="this computer, for reference runs and sanitizers",
    # The baseline CPU, not the native one: the same input gives the same bytes on any machine.
    flags={"zig": ("-mcpu=baseline",), "gcc": (), "clang": ()},
    package=__name__,
)
