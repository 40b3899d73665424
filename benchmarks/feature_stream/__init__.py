"""Features of many recordings: time, memory, and what an interruption costs."""
