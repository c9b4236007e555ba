"""§3 of the paper: diffusion, fidelity of one head and of several, the worked examples."""
