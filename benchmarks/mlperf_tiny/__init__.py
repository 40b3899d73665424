"""The MLPerf Tiny networks on an emulated Cortex-M4F, beside what others have published."""
