"""What compile_pipeline refuses: the generated C relies on what the blocks check."""

import pytest
from generated_programs import pipeline, use

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.errors import InputError


def test_a_block_that_does_not_fit_the_signal_is_refused() -> None:
    """Two bins pass 3 Hz: an empty band has no mean, and its loop would have no end."""
    made = use("spectral", filter="low", cutoff_hz=3.0, order=4, fft_length=32, bands=8)
    with pytest.raises(InputError, match=r"only 2 bins.*at most 2 bands"):
        compile_pipeline(pipeline("low", made), targets.core("cortex-m4f").spec)
