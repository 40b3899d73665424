"""C kernels of the op pad."""
