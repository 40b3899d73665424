"""C kernels of the op abs."""
