"""Stochastic matrices on an adjacency: row steps, first-step equations, powers in balls."""
