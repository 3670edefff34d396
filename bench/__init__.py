"""Every figure in the README comes from here, as a ratio against a baseline run beside it."""
