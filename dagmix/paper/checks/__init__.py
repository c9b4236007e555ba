"""The computations behind `dagmix verify`, a file for each subject of the paper.

Each file has functions without arguments that return a `Finding`, and a tuple STATEMENTS. No
verdict is written in them: a `Finding` holds truth values, which come from the library's operators
(T, φ, p_h, …) beside matrices in fractions that are made here from the edges (`definitions`).
"""
