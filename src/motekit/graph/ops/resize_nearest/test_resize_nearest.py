from motekit.testing.op import OpContract
from motekit.testing.op_images import resizings


class TestResizeNearest(OpContract):
    kind = "resize_nearest"
    cases = resizings("resize_nearest")
