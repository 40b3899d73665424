"""Kernels of kmeans."""
