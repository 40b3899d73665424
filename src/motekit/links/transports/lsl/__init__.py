"""Lab Streaming Layer: a stream that some program of the laboratory sends, by its name.

LSL stamps samples with the sender's clock and measures its offset to ours (8 probes, the one with
the smallest round trip counts; labstreaminglayer.readthedocs.io, "Time synchronization"). Its wire
carries no sample index: what its buffers throw away leaves no trace but a jump of the times, which
`motekit check` finds.
"""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.links.transport import Place, Transport

from .session import LslSession


@dataclass(frozen=True)
class Params:
    name: str = param("", "name of the stream")
    source: str = param("", "its source id, where several streams have one name")
    wait_s: float = param(3.0, "how long to look for it", unit="s", minimum=0.5, maximum=60.0)


def _needs_pylsl(error: Exception) -> InputError:
    return InputError("pylsl is not installed, or does not find liblsl", where="lsl",
                      way_out="pip install 'motekit[lsl]'")  # fmt: skip


def connect(params: Params) -> object:
    """Raises Gone if nobody sends it now, InputError if it is no stream of numbers at a rate."""
    if not params.name:
        raise InputError("which stream?", where="lsl", way_out="motekit collect --list")
    try:
        from .inlet import Inlet
    except (ImportError, RuntimeError) as error:
        raise _needs_pylsl(error) from error
    return Inlet(params.name, params.source, params.wait_s)


def find() -> tuple[Place, ...]:
    """Streams of numbers that are sent in this network; none without pylsl."""
    try:
        from .inlet import streams
    except (ImportError, RuntimeError):
        return ()
    return tuple(
        Place(Params(name=name, source=source), f"{name}  {text}")
        for name, source, text in streams()
    )


def session(params: Params) -> LslSession:
    return LslSession()


TRANSPORT = Transport(
    name="lsl",
    summary="a stream of the Lab Streaming Layer",
    params=Params,
    connect=connect,  # type: ignore[arg-type]
    package=__name__,
    find=find,
    session=session,
)
