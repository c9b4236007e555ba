"""Heat maps: cells with their numbers, of heads and layers, of tokens and signals."""
