"""Every kernel that could run a layer, measured, beside what the cost model says of it."""
