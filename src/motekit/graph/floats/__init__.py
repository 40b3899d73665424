"""Float models on their way to integers.

A *real graph* is a graph whose activations are float32: what an importer makes of a float model,
or of one that says in its own way how each tensor is quantized. Kinds, attributes and layouts
are those of the integer ops. The type of a float32 tensor may carry the quantization that the
source gives it; constants are float32, or stored integers where the source stores those.

`quantize.quantize` turns a real graph into an integer one; `calibrate.calibrate` measures the
ranges it needs; `compare.compare` says what was lost; `fuse.fuse` puts biases, batch
normalisation and activations into the layers before them.
"""
