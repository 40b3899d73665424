"""`mfcc` keeps the contract, and means what others mean."""

from motekit.core.block import Signal
from motekit.dsp.blocks.mfcc import BLOCK
from motekit.dsp.blocks.mfcc.params import Params
from motekit.testing.block import BlockContract
from motekit.testing.block_case import Case

EI = "edge_impulse_v4"
APART = Signal(4000.0, 480, 480, ("audio",), ("/",), (2.0**-15,))
SHARED = Signal(4000.0, 480, 160, ("audio",), ("/",), (2.0**-15,))
FLOATS = Signal(2000.0, 300, 300, ("audio",), ("Pa",), (1.0,), "float32")


class TestMfcc(BlockContract):
    block = BLOCK
    params = (
        Params(numerics=EI, filters=12, coefficients=7, fft_length=64),
        Params(filters=11, coefficients=6, stride_s=0.01, fft_length=128),
        Params(filters=12, fft_length=128, coefficients=5, norm_frames=3, low_hz=100.0),
    )
    signals = (APART, SHARED, FLOATS)

    def keeps_db(self, case: Case, feature: str) -> float:
        """Some edges give coefficients that do not vary, divided by their deviation: see mfcc.md
        and tests/unit/dsp/test_dsp_audio_precision.py, which holds the rest to 60 dB."""
        return -99.0 if case.params.norm_frames else 60.0


class TestMfccPcen(BlockContract):
    block = BLOCK
    params = (
        Params(filters=11, coefficients=6, stride_s=0.01, fft_length=128, pcen=True),
        Params(filters=12, coefficients=5, fft_length=128, pcen=True, pcen_power=1.0),
    )
    signals = (APART, SHARED, FLOATS)
