"""Hypothesis profiles: the same examples on every run, unless somebody asks for fresh ones.

`HYPOTHESIS_PROFILE=explore pytest` looks further, with new random examples.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
