"""No core at all: portable C is printed, nothing is compiled, run or billed."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core

CORE = Core(
    spec=TargetSpec(name="null", isa="null", registers=13, flash=(0, 0), ram=(0, 0)),
    summary="portable C only",
    flags={},
    package=__name__,
)
