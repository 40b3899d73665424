"""What `spectrogram`, `mfe` and `mfcc` share: frames of one channel, their spectrum, mel bands.

A frame is a stretch of samples; its features depend on it alone, so windows that overlap share
frames and a mote computes each one once, as its last sample arrives.
"""
