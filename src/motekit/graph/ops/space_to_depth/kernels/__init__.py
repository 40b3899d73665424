"""C kernels of the op space_to_depth."""
