"""Finding the replies that a person must look at, and what happens then. Never a diagnosis."""
