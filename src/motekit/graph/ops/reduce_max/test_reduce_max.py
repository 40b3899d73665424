from motekit.testing.op import OpContract
from motekit.testing.op_cases import reductions


class TestReduceMax(OpContract):
    kind = "reduce_max"
    cases = reductions("reduce_max")
