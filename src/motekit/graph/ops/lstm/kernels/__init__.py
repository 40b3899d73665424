"""C kernels of the op lstm."""
