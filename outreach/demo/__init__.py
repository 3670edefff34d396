"""The demo: an invented program, a simulated phone network, and a page of phones to hold."""
