"""The gate: files and foreign data come in as records or as findings, and Books go out as files."""
