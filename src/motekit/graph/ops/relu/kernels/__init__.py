"""C kernels of the op relu."""
