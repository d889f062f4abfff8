"""``python -m microdomain`` is the ``microdomain`` command."""

import sys

from microdomain.cli import main

sys.exit(main())
