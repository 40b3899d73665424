from motekit.testing.op import OpContract
from motekit.testing.op_images import convolutions


class TestDepthwiseConv2D(OpContract):
    kind = "depthwise_conv_2d"
    cases = convolutions(depthwise=True)


class TestDepthwiseConv2DWide(OpContract):
    kind = "depthwise_conv_2d"
    cases = convolutions(depthwise=True, dtype="int16")
