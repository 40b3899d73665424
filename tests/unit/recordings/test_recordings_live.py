import numpy as np
import pytest

from motekit.core.recording import Channel, Gap, Stream
from motekit.recordings.live import between

# Index 10 to 21 without 13, 14, 18, one a second.
INDEX = np.array([10, 11, 12, 15, 16, 17, 19, 20, 21])
STREAM = Stream(
    "s", (Channel("x", "1"),), 1.0, INDEX[:, None].astype(np.int16), 10,
    (Gap(13, 2, "a"), Gap(18, 1, "b")), INDEX.astype(float),
)  # fmt: skip


@pytest.mark.parametrize(
    ("start", "stop"),
    [(-np.inf, np.inf), (10, 22), (12, 16), (13, 15), (15, 19.5), (15.5, 20), (21, 21), (30, 40)],
)
def test_what_lies_between_two_times_keeps_its_indices_and_gaps(start, stop):
    cut = between(STREAM, start, stop)
    kept = INDEX[(start <= INDEX) & (stop > INDEX)]
    assert np.array_equal(cut.values[:, 0], kept) and np.array_equal(cut.time_s, kept)
    if len(kept):
        assert np.array_equal(cut.index(), kept)
        assert cut.gaps == tuple(g for g in STREAM.gaps if kept[0] < g.start < kept[-1])
