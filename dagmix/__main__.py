"""`python -m dagmix`."""

import sys

from dagmix.cli.commands import main

sys.exit(main())
