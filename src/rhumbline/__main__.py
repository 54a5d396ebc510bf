"""``python -m rhumbline`` is the command line."""

from rhumbline.server.main import main

main()
