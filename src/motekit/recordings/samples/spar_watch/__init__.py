"""Shoulder exercises with a smart watch: 8 subjects, 7 exercises, 3 axes (see SOURCE.md)."""

from __future__ import annotations

from importlib import resources

import numpy as np

from motekit.core.recording import Channel, Recording, Stream

# The unit is g and not m/s2: a count is exactly 2**-12 g, and the watch's sensor is specified in
# g, so that a count times the scale is free of rounding.
LSB_PER_G = 4096
RATE_HZ = 50.0
SIDES = ("left", "right")


def load() -> list[Recording]:
    """112 recordings of one stream "accelerometer", int16 counts, sorted by name.

    `subject` is "s1" to "s8", `session` the arm, `label` the exercise; names are like
    "s1_row_right".
    """
    with (
        resources.files(__package__).joinpath("spar_watch_acc.npz").open("rb") as handle,
        np.load(handle, allow_pickle=False) as z,
    ):
        acc, length = z["acc"], z["length"].astype(np.int64)
        labels = z["label_names"][z["label"]]
        subjects, sides = z["subject"], z["side"]
    channels = tuple(Channel(name, "g", 1 / LSB_PER_G) for name in ("accX", "accY", "accZ"))
    pieces = np.split(acc, np.cumsum(length)[:-1])
    out = []
    for values, label, subject, side in zip(pieces, labels, subjects, sides, strict=True):
        person, arm = f"s{subject}", SIDES[side]
        out.append(
            Recording(
                name=f"{person}_{str(label).lower()}_{arm}",
                streams=(Stream("accelerometer", channels, RATE_HZ, values),),
                label=str(label),
                subject=person,
                session=f"{person}-{arm}",
                device="smart watch",
                source="seglearn 1.2.5, watch_dataset.npy",
                metadata={"side": arm, "licence": "BSD-3-Clause"},
            )
        )
    return sorted(out, key=lambda recording: recording.name)
