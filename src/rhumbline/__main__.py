"""``python -m rhumbline`` is the command line."""

from rhumbline.faces.cli import main

main()
