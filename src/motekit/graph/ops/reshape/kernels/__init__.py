"""C kernels of the op reshape."""
