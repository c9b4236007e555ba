"""One layer that does not fit into memory: its file is read a few rows at a time.

`rowwise` has the expected times of causal attention, in one pass over the file, and `stepwise` the
mixing time, a block of steps to a pass.
"""
