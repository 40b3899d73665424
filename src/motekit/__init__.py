"""motekit: sensor recordings in, a tiny proven C program for a microcontroller out."""

__version__ = "0.1.0"
