"""C kernels of the op minimum."""
