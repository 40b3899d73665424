"""C kernels of the op sub."""
