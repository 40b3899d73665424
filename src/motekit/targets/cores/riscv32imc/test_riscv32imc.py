from motekit.testing.target import TargetContract


class TestRiscv32imc(TargetContract):
    name = "riscv32imc"
