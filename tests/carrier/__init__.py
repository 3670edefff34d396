"""A carrier of our own: speaks Twilio's REST over HTTP and keeps a ledger of every POST."""
