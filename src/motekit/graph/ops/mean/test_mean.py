from motekit.testing.op import OpContract
from motekit.testing.op_cases import reductions


class TestMean(OpContract):
    kind = "mean"
    cases = reductions("mean", {"rounding": "double"}, shared=False)


class TestMeanWide(OpContract):
    kind = "mean"
    cases = reductions("mean", {"rounding": "double"}, shared=False, dtype="int16")
