"""Graphs → model files of other frameworks."""

from .tflite import to_tflite

__all__ = ["to_tflite"]
