"""`spectrogram` keeps the contract."""

from motekit.core.block import Signal
from motekit.dsp.blocks.spectrogram import BLOCK
from motekit.dsp.blocks.spectrogram.params import Params
from motekit.testing.block import BlockContract
from motekit.testing.block_case import Case

EI = "edge_impulse_v4"
APART = Signal(1000.0, 100, 100, ("vibration",), ("m/s2",), (1 / 1024,))
FLOATS = Signal(1000.0, 90, 30, ("vibration",), ("g",), (1.0,), "float32")


class TestSpectrogram(BlockContract):
    block = BLOCK
    params = (
        Params(numerics=EI, fft_length=32),
        Params(fft_length=32, low_hz=60.0, stride_s=0.03),
        Params(numerics=EI, fft_length=32, fft="q15"),
    )
    signals = (APART, FLOATS)

    def keeps_db(self, case: Case, feature: str) -> float:
        """Logarithms close to 0 are compared with themselves; windows as a whole keep 60 dB."""
        return 52.0
