from motekit.testing.op import OpContract
from motekit.testing.op_images import convolutions


class TestConv2D(OpContract):
    kind = "conv_2d"
    cases = convolutions(depthwise=False)


class TestConv2DWide(OpContract):
    kind = "conv_2d"
    cases = convolutions(depthwise=False, dtype="int16")
