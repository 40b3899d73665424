from motekit.testing.target import TargetContract


class TestCortexM7(TargetContract):
    name = "cortex-m7"
