from motekit.testing.target import TargetContract


class TestCortexM3(TargetContract):
    name = "cortex-m3"
