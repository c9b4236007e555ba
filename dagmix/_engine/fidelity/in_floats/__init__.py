"""Suprema over very long times in floats: rows and bounds of all nodes, the search of one."""
