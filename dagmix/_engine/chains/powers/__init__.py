"""Powers of a stochastic matrix: in integers, in floats along an order, in balls."""
