from motekit.testing.target import TargetContract


class TestCortexM0Plus(TargetContract):
    name = "cortex-m0plus"
