"""See features before they are normalised, without a byte of code in the program for it.

Blocks hand every feature to one function of the program; its argument, at the moment it is
entered, is the feature in its natural unit (SPEC.md, "The proof runner"). The argument before it
says where the feature goes: a block may put features in another order than they lie in.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
from unicorn import UC_HOOK_CODE, arm_const, riscv_const

from motekit.targets.emulation import Machine

Q_BYTES = 2  # of a Q8.8 feature


class Watch:
    """Collects the values that `symbol` is called with.

    Args:
        fixed: the value is an int32 in the second argument register; else a float in the
            first floating-point register.
    """

    def __init__(self, machine: Machine, symbol: str, fixed: bool) -> None:
        self._raw: list[int] = []
        self._places: list[int] = []
        self.dtype = np.dtype(np.int32 if fixed else np.float32)
        if machine.core.emulation is not None and machine.core.emulation.arch == "riscv32":
            register, place = riscv_const.UC_RISCV_REG_A1, riscv_const.UC_RISCV_REG_A0
        else:
            place = arm_const.UC_ARM_REG_R0
            register = arm_const.UC_ARM_REG_R1 if fixed else arm_const.UC_ARM_REG_S0

        def entered(uc: Any, _address: int, _size: int, _data: Any) -> None:
            self._raw.append(uc.reg_read(register) & 0xFFFFFFFF)
            out = uc.mem_read(uc.reg_read(place) & 0xFFFFFFFF, 4)  # mk_features.q, its first field
            self._places.append(int.from_bytes(out, "little"))

        address = machine.symbol(symbol) & ~1
        self._hook = machine.uc.hook_add(UC_HOOK_CODE, entered, begin=address, end=address)

    def clear(self) -> None:
        """Forget what was collected."""
        self._raw.clear()
        self._places.clear()

    def values(self) -> npt.NDArray[np.generic]:
        """What was collected since `clear`: in the order of the features where each was put once,
        else as they came."""
        values = np.frombuffer(struct.pack(f"<{len(self._raw)}I", *self._raw), self.dtype)
        places = np.array(self._places, np.int64)
        order = np.argsort(places)
        one_each = (np.diff(places[order]) == Q_BYTES).all()
        return values[order] if one_each else values
