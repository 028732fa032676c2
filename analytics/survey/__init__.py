"""Design-based survey statistics on numpy: a design object, then verbs. Pure: nothing of Thiqa is imported here."""
