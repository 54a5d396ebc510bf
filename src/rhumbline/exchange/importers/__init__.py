"""Foreign formats, one module each: every reader returns a Reading and never raises on what it reads."""
