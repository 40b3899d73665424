"""C kernels of the op logistic."""
