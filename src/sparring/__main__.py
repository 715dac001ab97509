"""`python -m sparring` is the same as `sparring`."""

from __future__ import annotations

import sys

from .cli.main import main

sys.exit(main())
