"""Reading what clients write: from raw text to an intent, and to the question it answers."""
