"""The field's founding claim, made exact: DSP, anomaly detection and a classifier for a 3-axis
accelerometer, as one program with everything it needs."""
