"""Integers and matrices: adjacency, exact arithmetic, chains, mixing, fidelity.

Private. The engine knows nodes as 0 … n − 1 and never their labels.
"""
