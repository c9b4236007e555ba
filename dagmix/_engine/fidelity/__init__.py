"""Signals of a diffusion, their suprema over all times, and the minimum over the nodes."""
