from motekit.testing.op import OpContract
from motekit.testing.op_cases import quant, unary_cases


class TestTanh(OpContract):
    kind = "tanh"
    cases = unary_cases("tanh", output=quant(1 / 128, 0))
