from motekit.testing.op import OpContract
from motekit.testing.op_cases import quant, unary_cases


class TestLogistic(OpContract):
    kind = "logistic"
    cases = unary_cases("logistic", output=quant(1 / 256, -128))
