"""Rates of the block `heart` on real PPG and ECG, beside a chest strap and other libraries."""
