"""Suprema at the nodes of a recurrent class of several nodes, where signals tend to limits."""
