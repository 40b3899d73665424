"""C kernels of the op strided_slice."""
