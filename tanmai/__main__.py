"""Start the command line with `python -m tanmai`."""

from tanmai.cli import main

main()
