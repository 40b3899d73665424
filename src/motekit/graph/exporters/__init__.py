"""Graphs → model files of other frameworks."""

from .tflite import Written, to_tflite, write, write_float

__all__ = ["Written", "to_tflite", "write", "write_float"]
