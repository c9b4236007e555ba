"""All pairs of graphs on few nodes: bit masks, bounds in floats, and searches in pieces."""
