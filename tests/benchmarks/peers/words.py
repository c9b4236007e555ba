"""What the results page says about each table and each call."""

from __future__ import annotations

TITLES = {
    ("mixing", "complete"): "T(¼) of the complete graph",
    ("mixing", "window"): "T(¼) of a causal window",
    ("mixing", "line"): "T(¼) of the line",
    ("mixing", "sticky line"): "T(¼) of a sticky line, 32 nodes",
    ("hitting", "complete"): "Hitting times of the complete graph",
    ("hitting", "window"): "Hitting times of a causal window",
    ("hitting", "line"): "Hitting times of the line",
    ("absorption", "two sources"): "Absorption between two sources",
    ("absorption", "two sources, sticky"): "Absorption between two sources, sticky",
    ("stationary", "complete"): "Stationary distribution of the complete graph",
    ("stationary", "line"): "Stationary distribution of the line",
    ("ties", "complete"): "Exact arithmetic: twenty ties",
    ("exact hitting", "complete"): "Exact arithmetic: hitting times as fractions",
    ("batch", "attention"): "Batches of attention",
}
ABOUT = {
    ("mixing", "complete"): r"""Known from $P(T \le t) = \sum_k (-1)^k \binom{n-1}{k}
(k+1)^{-t}$, in fractions up to $n = 64$ and as an integral beyond.""",
    ("mixing", "window"): """Widths 2, 8, 32, 128, 512 and 4,096. Known from window means of
the survival, by one running sum a step, refused within $10^{-7}$ of a tie.""",
    ("mixing", "line"): r"""Known from $P(\mathrm{Bin}(t, ½) \le n - 2)$, in integers.""",
    ("mixing", "sticky line"): r"""Leaving probability $2^{-k}$, which floats hold exactly, as
they do $1 - 2^{-k}$, so that nobody can read another chain out of the array. The columns are
$k$. Known from $P(\mathrm{Bin}(t, 2^{-k}) \le 30)$ at 60 digits.""",
    ("hitting", "complete"): """Expected steps to the sink from every initial node:
$1 + H_m$ with $m$ later nodes. dagmix answers a graph in fractions up to 4,096
nodes, a larger one, an array or a graph whose weight is a float in floats; the others, but
SymPy, answer in floats.""",
    ("hitting", "window"): """Known from the first-step equations, last node first, by one
running sum.""",
    ("hitting", "line"): "Known to be $2(n - 1 - j)$.",
    ("absorption", "two sources"): r"""Each node but 0 and 1 receives from itself and the two before
it. The probability that the last node, read backward, ends at node 0 is $\tfrac13 +
\tfrac23(-\tfrac12)^{n-1}$. dagmix answers it as the fidelity of a source, for one initial node; the
others give all of them.""",
    ("absorption", "two sources, sticky"): """The same, each step having probability
$2^{-30}$: the answer does not change. Tolerances that take $1 - 2^{-29}$ for 1 are seen here.""",
    ("stationary", "complete"): """All mass is on the sink, whatever the family; dagmix only
checks that every node reaches it, and says so where one does not. The others solve for it.""",
    ("stationary", "line"): "The same on the sparsest graph.",
    ("ties", "complete"): r"""$T(\varepsilon)$ at $\varepsilon = d(1), \dots, d(20)$, each an
exact fraction: the answers are 1, …, 20. A float comparison is unreliable here.""",
    ("exact hitting", "complete"): """*Rounded* is a right answer in floats: not the fraction
asked for.""",
    ("batch", "attention"): """Causal softmax attention of 4 heads on 100 positions, float64;
the columns count tensors. Heads are mixed, columns divided by their sums, and the expected
hitting time is averaged over all initial nodes: `proxies.hitting_time(attention, max_steps=None)`.
Known from back substitution. Mixing is timed for all: NumPy does it for those who have no
heads.""",
}
CALLS = {
    "dagmix": """the graph from `families`, its operator and the answer, all inside the time;
exact where the answer is exact""",
    "dagmix, from the array": """`from_matrix` of the dense array that the others get; batches
one by one""",
    "NumPy, powers": """squares of the matrix and bisection among them; `linalg.solve` for all
else, in one call for a batch""",
    "NumPy, one row": "a vector times the dense matrix, step by step",
    "NumPy, running sums": """a step is one `cumsum`, of which shares are differences; on a sticky
line two products""",
    "SciPy, sparse": """a vector times the matrix in compressed rows, step by step;
`spsolve_triangular` for hitting times and absorption""",
    "SciPy, triangular": "`linalg.solve_triangular` of the dense matrix; batches one by one",
    "SciPy, banded": "`linalg.solve_banded`, the bands filled inside the time",
    "networkx": """`pagerank(alpha=1)` to $10^{-12}$ in all, that is power iteration. It has
no mixing time, hitting time or absorption""",
    "sympy.stats": """`DiscreteMarkovChain`: `P(Eq(X[t], τ), Eq(X[0], 0))` bisected over t (it
has no mixing time; node 0 is the slowest initial node here), `fundamental_matrix`,
`absorbing_probabilities`, `stationary_distribution`""",
    "PyDTMC": """`mixing_time(cutoff_type="traditional")`, whose definition starts from the
uniform distribution and whose value is None unless the chain is ergodic; `hitting_times`,
`hitting_probabilities`, `stationary_distributions`""",
    "QuantEcon": """`MarkovChain.stationary_distributions`, of a sparse matrix where that is
smaller. It has no mixing time, hitting time or absorption""",
    "deeptime": """`MarkovStateModel.propagate` of a sparse matrix bisected over t (it has no
mixing time; its timescales are another quantity), `mfpt`, `committor`,
`stationary_distribution`""",
    "PyDTMC, absorption_probabilities": "the call named after the question",
    "deeptime, by its eigenvectors": """`propagate` of a dense matrix, which goes through
eigenvectors; feedforward walks have too few""",
    "dagmix, in floats": "`MultiHeadWalk([graph], weights=[1.0]).expected_hitting_times()`",
    "deeptime, hitting_probability": "the call named after the question",
}
