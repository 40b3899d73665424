"""Coverage-guided fuzzing of the host's end in Python, where `atheris` is installed.

python tests/fuzz/link/atheris_session.py -max_total_time=300
"""

import sys

import atheris

with atheris.instrument_imports(include=["motekit.links"]):
    from motekit.links import codec, wire
    from motekit.links.options import Options
    from motekit.links.session import Session
    from motekit.links.vectors import FRAMES

BOOT = 0x1234ABCD
HEADS = [codec.pack(frame) for frame in FRAMES.values()]


def one_input(data: bytes) -> None:
    """Steps: a frame made from a known one with some bytes replaced, raw bytes, or time."""
    source = atheris.FuzzedDataProvider(data)
    session = Session(Options(settle_s=0.5))
    now = 0.0
    while source.remaining_bytes():
        what = source.ConsumeIntInRange(0, 9)
        if what == 0:
            session.receive(source.ConsumeBytes(source.ConsumeIntInRange(0, 80)), now)
        elif what == 1:
            now += source.ConsumeIntInRange(0, 3000) / 1000
        else:
            body = bytearray(HEADS[source.ConsumeIntInRange(0, len(HEADS) - 1)][:200])
            for _ in range(source.ConsumeIntInRange(0, 4)):
                at = source.ConsumeIntInRange(1, max(1, len(body) - 1))
                body[at % len(body)] = source.ConsumeIntInRange(0, 255)
            bootless = body[0] & 31 in (1, 16)
            start = wire.NO_BOOT if bootless else wire.seed(BOOT)
            session.receive(wire.seal(bytes(body), start), now)
        session.poll(now)
    session.take(now)
    session.close(now, "closed")
    session.take(now)


atheris.Setup(sys.argv, one_input)
atheris.Fuzz()
