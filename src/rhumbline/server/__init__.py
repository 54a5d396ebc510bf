"""The web application as one program: its settings, its addresses, its log, and the commands that run it."""
