"""What each block takes on each core: cycles, flash, RAM, and how near it is to its reference."""
