"""C kernels of the op prelu."""
