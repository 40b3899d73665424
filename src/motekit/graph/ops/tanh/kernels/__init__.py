"""C kernels of the op tanh."""
