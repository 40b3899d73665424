"""C kernels of the op concatenation."""
