"""C kernels of the op mean."""
