"""Kernels of gmm."""
