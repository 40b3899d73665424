"""C kernels of the op dequantize."""
