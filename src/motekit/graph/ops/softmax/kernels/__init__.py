"""C kernels of the softmax op."""
