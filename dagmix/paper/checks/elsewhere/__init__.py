"""What other papers say of the same matrices."""
