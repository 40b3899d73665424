import itertools

from hypothesis import given
from hypothesis import strategies as st

from motekit.links.wire import MAX_FRAME, MAX_WIRE, Splitter, seal, seed

FRAMES = st.lists(st.binary(min_size=1, max_size=300), max_size=5)


@given(FRAMES, st.integers(0, 2**32 - 1), st.data())
def test_frames_survive_any_cutting(bodies, boot, data):
    wire = b"".join(seal(body, seed(boot)) for body in bodies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    splitter = Splitter()
    edges = [0, *cuts, len(wire)]
    out = [raw for a, b in itertools.pairwise(edges) for raw in splitter.feed(wire[a:b])]
    assert [raw[:-4] for raw in out] == bodies
    assert splitter.rejected == 0


@given(st.binary(max_size=4000), st.integers(1, 500))
def test_garbage_neither_raises_nor_is_kept(noise, piece):
    splitter = Splitter()
    for at in range(0, len(noise), piece):
        for raw in splitter.feed(noise[at : at + piece]):
            assert 4 < len(raw) <= MAX_FRAME
        assert len(splitter._rest) <= MAX_WIRE
    good = seal(b"\x63 good", seed(1))
    out = splitter.feed(b"\0" + good)
    assert out[-1][:-4] == b"\x63 good"


def test_the_longest_frame_and_one_byte_more():
    longest = bytes(1 + i % 255 for i in range(MAX_FRAME - 4))
    splitter = Splitter()
    assert [raw[:-4] for raw in splitter.feed(seal(longest, seed(1)))] == [longest]
    assert splitter.feed(seal(longest + b"\1", seed(1))) == []
    assert splitter.rejected == 1


def test_an_endless_frame_is_counted_once():
    splitter = Splitter()
    for _ in range(100):
        assert splitter.feed(b"\x55" * 200) == []
    assert splitter.rejected == 1
