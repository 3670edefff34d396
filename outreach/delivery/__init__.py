"""Handing texts to the carrier at most once, and learning what became of them."""
