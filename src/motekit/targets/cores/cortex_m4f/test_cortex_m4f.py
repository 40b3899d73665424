from motekit.testing.target import TargetContract


class TestCortexM4F(TargetContract):
    name = "cortex-m4f"
