"""C kernels of the op transpose."""
