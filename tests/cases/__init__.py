"""Graphs, chains, samples of attention and strategies that tests of several rooms share."""
