"""Real recordings for tests, from a folder beside the repository. A test whose data is not there
skips, with the reason.

The folder is `data` below the one named by MOTEKIT_SHARED, or below `../shared`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings import read
from motekit.recordings.labels import applied, read_sidecar

ROOT = Path(os.environ.get("MOTEKIT_SHARED", Path(__file__).parents[2] / "shared"))
XYZ = ("X", "Y", "Z")


def folder(name: str) -> Path:
    """A data folder; the test skips if it is not there."""
    path = ROOT / "data" / name
    if not path.is_dir():
        pytest.skip(f"needs the recordings {name!r} below {ROOT / 'data'} (set MOTEKIT_SHARED)")
    return path


def models() -> Path:
    """The folder of model files; the test skips if it is not there."""
    path = ROOT / "models"
    if not path.is_dir():
        pytest.skip(f"needs the models in {path} (set MOTEKIT_SHARED)")
    return path


def _imu(z: dict[str, Any], rows: slice, rate_hz: float) -> tuple[Stream, ...]:
    """Accelerometer in g and, where there is one, gyroscope in rad/s."""
    acc = tuple(Channel(f"acc{a}", "g", 1 / float(z["acc_lsb_per_g"])) for a in XYZ)
    streams = [Stream("accelerometer", acc, rate_hz, z["acc"][rows])]
    if "gyro" in z:
        gyro = tuple(Channel(f"gyr{a}", "rad/s", 1 / float(z["gyro_lsb_per_rad_s"])) for a in XYZ)
        streams.append(Stream("gyroscope", gyro, rate_hz, z["gyro"][rows]))
    return tuple(streams)


def _set(path: Path, name: str) -> Iterator[Recording]:
    """An NPZ of recordings one after the other; `name` is filled with its per-recording arrays."""
    with np.load(path, allow_pickle=False) as file:
        z = dict(file)
    edges = np.concatenate([[0], np.cumsum(z["length"].astype(np.int64))])
    for i in range(len(z["length"])):
        label = str(z["label_names"][z["label"][i]])
        fields = {k: int(z[k][i]) for k in ("subject", "trial", "side") if k in z}
        yield Recording(
            name=name.format(label=label.lower(), **fields),
            streams=_imu(z, slice(edges[i], edges[i + 1]), float(z["fs_hz"])),
            label=label, subject=f"s{fields['subject']}",
            session=str(fields.get("trial", fields.get("side"))),
        )  # fmt: skip


def spar_watch_6axis() -> list[Recording]:
    """112 recordings, 8 subjects, 7 exercises, accelerometer and gyroscope at 50 Hz, int16."""
    path = folder("spar_watch") / "spar_watch_6axis_demo_s1-8.npz"
    return list(_set(path, "s{subject}_{label}_{side}"))


def motionsense(short: bool = False) -> list[Recording]:
    """360 recordings of 24 subjects, 6 activities, 50 Hz, accelerometer and gyroscope, int16.

    short: trials 11 to 16 only, accelerometer at 25 Hz, 144 recordings.
    """
    name = "short_trials_acc_25hz" if short else "acc_gyro"
    path = folder("motionsense") / f"motionsense_{name}_int16.npz"
    return list(_set(path, "{label}_{trial}_s{subject}"))


def uci_fan() -> list[Recording]:
    """51 recordings of a fan, 3 configurations × 17 speeds, 3 axes in g, 50 Hz; label: "1" to
    "3" (3 is balanced), session: speed in percent."""
    path = folder("uci_fan_vibration") / "accelerometer.csv"
    columns = ("Sensor Configuration", "Rotation Speed Percentage")
    params = {"rate_hz": 50.0, "recording": columns, "units": ("g",), "sensor": "accelerometer"}
    out = []
    for recording in read(path, "csv", params):
        configuration, speed = recording.name.split("-")
        out.append(replace(recording, label=configuration, session=speed))
    return out


def ei_gestures(part: str = "*") -> list[Recording]:
    """Edge Impulse CBOR, 3 axes, 62.5 Hz; part: "training" (idle only) or "testing"."""
    root = folder("ei_gestures")
    out = []
    for path in sorted(root.glob(f"{part}/*.cbor")):
        for recording in read(path):
            name = f"{path.parent.name}-{recording.name}"
            out.append(replace(recording, name=name, label=path.name.partition(".")[0]))
    return out


def ei_coffee_machine() -> list[Recording]:
    """11 recordings, 3 axes, 198.6 Hz, with label ranges."""
    root = folder("ei_coffee_machine")
    said = read_sidecar(root / "info.labels")
    out: list[Recording] = []
    for path in sorted(root.glob("*/*.json")):
        out += applied(read(path), said[path.resolve()])
    return out


def speech_commands() -> list[Recording]:
    """300 words of one second at 16 kHz; subject: the speaker's hash."""
    out = []
    for path in sorted(folder("speech_commands_bed_cat_happy").glob("*/*.wav")):
        for recording in read(path):
            word, speaker = path.parent.name, path.stem.partition("_")[0]
            out.append(replace(recording, name=f"{word}-{path.stem}", label=word, subject=speaker))
    return out


def welltory() -> list[Recording]:
    """21 PPG recordings of phone cameras (R, G, B), irregular, about 30 Hz, with timestamps."""
    out = []
    for path in sorted(folder("welltory_ppg").glob("data/*/PPG.csv")):
        for recording in read(path, "csv", {"time_unit": "ms", "sensor": "camera"}):
            out.append(replace(recording, name=path.parent.name, session=path.parent.name))
    return out


def heartpy(name: str = "data.csv") -> Recording:
    """PPG: data.csv at 100 Hz, data2.csv with a timer, data3.csv with a coarse clock."""
    path = folder("heartpy") / name
    params = {} if name != "data.csv" else {"rate_hz": 100.0, "header": False}
    return next(read(path, "csv", {"sensor": "ppg", **params}))


def biosppy(name: str) -> Recording:
    """One of acc, bcg, ecg, eda, eeg_ec, eeg_eo, emg, emg_1, pcg, ppg, resp."""
    path = folder("biosppy_samples") / f"{name}.txt"
    line = next(text for text in path.read_text().splitlines() if "Sampling Rate" in text)
    params = {"rate_hz": float(line.split("=")[-1]), "header": False, "sensor": name}
    return next(read(path, "csv", params))


def scipy_ecg() -> Recording:
    """5 minutes of ECG at 360 Hz in mV (MIT-BIH 208, lead MLII)."""
    with np.load(folder("scipy_ecg") / "ecg.dat", allow_pickle=False) as file:
        values = file["ecg"].astype(np.int16) - 1024  # 1024: the offset of its ADC
    return Recording("ecg", (Stream("ecg", (Channel("MLII", "mV", 1 / 200),), 360.0,
                                    values[:, None]),))  # fmt: skip


def nab(name: str = "machine_temperature_system_failure") -> Path:
    """A CSV file of the Numenta Anomaly Benchmark; one of them has a step back in its clock."""
    return folder("nab") / f"{name}.csv"


def wav_files(name: str) -> list[Recording]:
    """All WAV files of a folder: tflm_micro_speech_wav, mlperf_tiny_sww."""
    return [r for path in sorted(folder(name).glob("*.wav")) for r in read(path)]


def physionet(name: str) -> Recording:
    """ICU waveforms at 250 Hz in WFDB: a103l (16 bits, in a MATLAB file) and v102s (12 bits)."""
    root = folder("physionet2015_icu")
    head, *lines = (root / f"{name}.hea").read_text().splitlines()
    count, rate, rows = (int(word) for word in head.split()[1:4])
    fields = [line.split() for line in lines[:count]]
    file, format_ = root / fields[0][0], fields[0][1]
    if format_ == "212":  # two samples in three bytes
        raw = np.frombuffer(file.read_bytes(), np.uint8).reshape(-1, 3).astype(np.int16)
        pair = np.stack([raw[:, 0] | (raw[:, 1] & 15) << 8, raw[:, 2] | (raw[:, 1] >> 4) << 8], 1)
        values = np.where(pair > 2047, pair - 4096, pair).reshape(rows, count)
    else:
        values = np.frombuffer(file.read_bytes()[24:], "<i2").reshape(rows, count)
    assert [int(v) for v in values[0]] == [int(f[5]) for f in fields], "the header's first values"
    channels = tuple(
        Channel(f[-1], unit if (unit := f[2].partition("/")[2]) == "mV" else "N/A",
                1 / float(f[2].partition("/")[0].partition("(")[0]))
        for f in fields
    )  # fmt: skip
    return Recording(name, (Stream("monitor", channels, float(rate), values.astype(np.int16)),))
