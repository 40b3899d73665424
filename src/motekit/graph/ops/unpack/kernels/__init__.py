"""C kernels of the op unpack."""
