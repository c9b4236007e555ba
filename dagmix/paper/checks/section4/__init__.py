"""§4 and §5 of the paper: its algorithms, tables and figures, and what can be optimised."""
