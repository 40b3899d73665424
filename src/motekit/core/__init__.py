"""Values the stages exchange, the contracts plugins meet, and nothing that does I/O."""
