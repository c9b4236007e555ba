"""`python -m dagmix`."""

import sys

from dagmix.cli import main

sys.exit(main())
