"""A whole campaign by text message, rehearsed: simulated people, a pretended carrier, days that pass in seconds."""
