"""`mfe` keeps the contract."""

from motekit.core.block import Signal
from motekit.dsp.blocks.mfe import BLOCK
from motekit.dsp.blocks.mfe.params import Params
from motekit.testing.block import BlockContract

EI = "edge_impulse_v4"
APART = Signal(4000.0, 320, 320, ("audio",), ("/",), (2.0**-15,))
SHARED = Signal(4000.0, 240, 80, ("audio",), ("/",), (2.0**-15,))


class TestMfe(BlockContract):
    block = BLOCK
    params = (
        Params(numerics=EI, filters=10, fft_length=64),
        Params(filters=11, taper="hamming", fft_length=128, high_hz=1500.0),
        Params(numerics=EI, filters=10, fft_length=64, fft="q15"),
    )
    signals = (APART, SHARED)


class TestMfePcen(BlockContract):
    block = BLOCK
    params = (
        Params(filters=11, fft_length=128, pcen=True),
        Params(filters=11, fft_length=128, pcen=True, pcen_gain=0.7, pcen_bias=0.0, pcen_power=0.3),
    )
    signals = (SHARED,)
