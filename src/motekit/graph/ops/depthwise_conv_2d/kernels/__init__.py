"""C kernels of the op depthwise_conv_2d."""
