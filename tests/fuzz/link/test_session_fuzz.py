"""Arbitrary bytes, and arbitrary frames with a right checksum, to the host's end in Python."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.links.codec import encode, unpack
from motekit.links.frames import (
    Ack,
    Ask,
    Close,
    Data,
    Echo,
    Hello,
    Hold,
    Item,
    Note,
    Open,
    Probe,
    Skip,
    Status,
    Wake,
)
from motekit.links.options import Options
from motekit.links.session import Session

BOOTS = (1, 2)
U8, U16 = st.integers(0, 255), st.integers(0, 65535)
U32 = st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1))
U64 = st.one_of(st.integers(0, 10**6), st.integers(0, 2**64 - 1))
STREAM = st.integers(0, 3)
TEXT = st.text(max_size=8)


def hellos():
    """Mostly of a device that can be described completely."""
    usual = st.builds(
        Hello, st.booleans(), U8, st.just(64), st.just(2), st.just(5), U16,
        st.sampled_from(BOOTS), st.just(1000), U64, st.just("mote"),
    )  # fmt: skip
    any_ = st.builds(Hello, st.booleans(), U8, U8, U8, U8, U16, U32, U32, U64, TEXT)
    return st.one_of(usual, usual, any_)


ITEMS = [
    Item(0, 0, texts=("fw",)),
    Item(1, 1, 0, 2, 1, 50.0, ("acc",)),
    Item(2, 2, 0, 0, 0, 0.5, ("x", "g")),
    Item(3, 1, 1, 5, 1, 1.0, ("bat",)),
    Item(4, 2, 1, 0, 0, 1.0, ("v", "V")),
]
FRAMES = st.one_of(
    hellos(),
    st.sampled_from(ITEMS),
    st.builds(Item, U8, st.integers(0, 3), U8, U8, U8, st.floats(width=32), st.tuples(TEXT, TEXT)),
    st.builds(Data, STREAM, U32, U32, U64, st.binary(max_size=12)),
    st.builds(Skip, STREAM, U32, U32, U64, U32, U8),
    st.builds(Note, STREAM, U32, U32, U64, TEXT),
    st.builds(Hold, U64, U32, U32, U32, st.tuples(st.tuples(U64, U32), st.tuples(U64, U32))),
    st.builds(Status, U64, U16, U8, st.booleans(), st.integers(-99, 99), U32, U32, U32, U32),
    st.builds(Echo, U64, U64, U64),
    st.sampled_from([Wake(), Ask(0, 1), Open(True, 5), Ack(1, 2, ((3, 4),)), Probe(7), Close()]),
)
STEP = st.one_of(
    st.tuples(st.just("frame"), FRAMES, st.sampled_from(BOOTS)),
    st.tuples(st.just("bytes"), st.binary(max_size=60), st.none()),
    st.tuples(st.just("time"), st.floats(0, 100), st.none()),
    st.tuples(st.just("described"), st.sampled_from(BOOTS), st.none()),
)


@given(st.lists(STEP, max_size=40), st.booleans())
@settings(max_examples=150, deadline=None)
def test_nothing_raises_and_no_sample_comes_twice(steps, passive):
    session = Session(Options(passive=passive, settle_s=0.5))
    now, rows = 0.0, {}
    for what, value, boot in steps:
        if what == "time":
            now += value
        elif what == "bytes":
            session.receive(value, now)
        elif what == "frame":
            session.receive(encode(value, boot), now)
        else:
            hello = Hello(False, 0, 64, 2, 5, 99, value, 1000, 5, "mote")
            hold = Hold(10, 0, 3, 9, ((20, 0), (5, 0)))
            for frame in (hello, *ITEMS, hold):
                session.receive(encode(frame, value), now)
        session.poll(now)
        collect(session.take(now), rows)
    session.close(now, "closed")
    collect(session.take(now), rows)
    for ranges in rows.values():
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(sorted(ranges)))


def collect(batch, rows):
    for part in batch.parts:
        stream = part.stream
        key = (part.session, stream.sensor)
        rows.setdefault(key, []).append((stream.first_index, stream.first_index + len(stream)))
    for entry in batch.missing:
        key = (entry.session, entry.sensor)
        rows.setdefault(key, []).append((entry.gap.start, entry.gap.start + entry.gap.count))


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_body_is_a_frame_or_none(body):
    if body:
        unpack(body)
