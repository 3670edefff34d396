"""When a campaign owes a client a message, and making that message."""
