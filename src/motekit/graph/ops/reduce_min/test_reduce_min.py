from motekit.testing.op import OpContract
from motekit.testing.op_cases import reductions


class TestReduceMin(OpContract):
    kind = "reduce_min"
    cases = reductions("reduce_min")
