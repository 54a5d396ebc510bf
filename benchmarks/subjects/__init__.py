"""One module per subject; importing it registers what it measures."""
