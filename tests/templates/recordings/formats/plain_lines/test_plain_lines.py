import numpy as np

from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.formats.plain_lines import FORMAT
from motekit.testing.format import FormatContract


class TestPlainLines(FormatContract):
    format = FORMAT
    recordings = (
        Recording("r", (Stream("sensor", (Channel("value", "m/s2"),), 50.0, np.ones((90, 1))),)),
    )
    keeps = ()
