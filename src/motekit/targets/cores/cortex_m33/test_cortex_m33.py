from motekit.testing.target import TargetContract


class TestCortexM33(TargetContract):
    name = "cortex-m33"
