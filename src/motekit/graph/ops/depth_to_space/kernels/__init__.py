"""C kernels of the op depth_to_space."""
