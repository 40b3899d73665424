"""What learners that are networks share: the compiled training loop, layers, and lowering.

A learner brings a `Net` (its architecture) and its parameters; everything else is here.
"""
