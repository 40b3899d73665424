"""Parameters of the CSV format."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """How a CSV file is to be read or written. An empty name means "by the header"."""

    rate_hz: float = param(
        0.0, "nominal rate; 0: measured from the timestamps", unit="Hz", minimum=0.0, maximum=1e9
    )
    time: str = param("", "timestamp column; 'none': there is none")
    time_unit: str = param("", "unit of the timestamps", choices=("", "s", "ms", "us", "ns", "iso"))
    index: str = param("", "sample index column; 'none': there is none")
    channels: tuple[str, ...] = param((), "columns with samples; all other numbers if empty")
    units: tuple[str, ...] = param((), "unit of each channel, or one for all of them")
    scale: tuple[float, ...] = param((), "units per count of each channel, or one for all")
    dtype: str = param(
        "float64", "type the samples are kept in",
        choices=("float64", "float32", "int8", "uint8", "int16", "uint16", "int32"),
    )  # fmt: skip
    sensor: str = param("sensor", "name of the stream")
    recording: tuple[str, ...] = param((), "columns whose values together name the recording")
    label: str = param("", "label column; 'none': there is none")
    subject: str = param("", "subject column; 'none': there is none")
    session: str = param("", "session column; 'none': there is none")
    device: str = param("", "device column; 'none': there is none")
    delimiter: str = param("", "between two fields; empty: by the header")
    decimal: str = param(".", "decimal point", choices=(".", ","))
    header: bool = param(True, "whether the first line names the columns")
    skip: int = param(0, "lines to leave out before the header", minimum=0, maximum=1000)
    nan: str = param(
        "refuse", "missing values, NaN and infinity: refuse the file or keep them as NaN",
        choices=("refuse", "keep"),
    )  # fmt: skip
