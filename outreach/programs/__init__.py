"""Programs: their file, and the imports of clients, appointments and goals."""
