"""Recordings of the four applications, from the folder of shared data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.heart.data import recordings
from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings import read

AXES = ("X", "Y", "Z")


def folder(root: Path, name: str) -> Path:
    """The folder of a data set. Raises InputError if it is not there."""
    path = root / name
    if not path.is_dir():
        raise InputError("there is no such data set", where=path,
                         way_out="name the folder of the data sets with --data")  # fmt: skip
    return path


def motionsense(root: Path) -> Iterator[Recording]:
    """360 recordings of 24 people, 6 activities; accelerometer [g] and gyroscope [rad/s] of a
    phone in the trouser pocket as one stream of 6 channels at 50 Hz, int16."""
    path = folder(root, "motionsense") / "motionsense_acc_gyro_int16.npz"
    with np.load(path, allow_pickle=False) as file:
        z = dict(file)
    channels = (
        *(Channel(f"acc{a}", "g", 1 / float(z["acc_lsb_per_g"])) for a in AXES),
        *(Channel(f"gyr{a}", "rad/s", 1 / float(z["gyro_lsb_per_rad_s"])) for a in AXES),
    )
    values = np.concatenate([z["acc"], z["gyro"]], axis=1)
    stop = np.cumsum(z["length"].astype(np.int64))
    for i, end in enumerate(stop.tolist()):
        rows = values[end - int(z["length"][i]) : end]
        label, subject = str(z["label_names"][z["label"][i]]), int(z["subject"][i])
        yield Recording(
            name=f"{label}_{int(z['trial'][i])}_s{subject}",
            streams=(Stream("imu", channels, float(z["fs_hz"]), rows),),
            label=label, subject=f"s{subject}", session=str(int(z["trial"][i])),
        )  # fmt: skip


def fan(root: Path) -> Iterator[Recording]:
    """51 recordings of a fan, 3 configurations × 17 speeds, 3 axes in g at 50 Hz; the speed in
    percent is the session. Configuration 3 is balanced: it is called healthy."""
    path = folder(root, "uci_fan_vibration") / "accelerometer.csv"
    columns = ("Sensor Configuration", "Rotation Speed Percentage")
    params = {"rate_hz": 50.0, "recording": columns, "units": ("g",), "sensor": "accelerometer"}
    names = {"1": "neighbouring", "2": "square", "3": "healthy"}
    for recording in read(path, "csv", params):
        configuration, speed = recording.name.split("-")
        label = names[configuration]
        yield replace(recording, name=f"{label}-{speed}", label=label, session=speed)


def words(root: Path) -> Iterator[Recording]:
    """300 words of one second at 16 kHz; the subject is the speaker's hash."""
    for path in sorted(folder(root, "speech_commands_bed_cat_happy").glob("*/*.wav")):
        for recording in read(path):
            word, speaker = path.parent.name, path.stem.partition("_")[0]
            yield replace(recording, name=f"{word}-{path.stem}", label=word, subject=speaker)


STRAP_HZ = 10.0  # of the strap's rate as a stream: a beat's rate holds until the next beat


def hearts(root: Path) -> Iterator[Recording]:
    """21 recordings of a finger on a phone's camera (red, or green where red is saturated; 30 Hz)
    with a chest strap's rate per minute as a second stream. Averaged over time, the rate of each
    interval between beats is the mean rate."""
    folder(root, "welltory_ppg")
    for heart in recordings(root, 20.0):
        if heart.source != "welltory_ppg" or heart.strap is None:
            continue
        beats, gaps = heart.strap
        at = np.arange(0.0, beats[-1], 1 / STRAP_HZ)
        rate = (60000 / gaps)[np.searchsorted(beats, at, side="right")]
        camera = Stream(
            "camera", (Channel("light", "count", 1.0),), heart.rate_hz, heart.x[:, None]
        )
        strap = Stream("strap", (Channel("rate", "beat/min", 1.0),), STRAP_HZ,
                       rate[:, None].astype(np.float32))  # fmt: skip
        yield Recording(name=heart.name, streams=(camera, strap))


DATA: dict[str, Callable[[Path], Iterator[Recording]]] = {
    "activities": motionsense,
    "heart": hearts,
    "keywords": words,
    "vibration": fan,
}
