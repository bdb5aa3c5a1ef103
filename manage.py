#!/usr/bin/env python
"""Django's command line for PadawanForge."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")
    from padawanforge.command_line import run

    run(sys.argv)


if __name__ == "__main__":
    main()
