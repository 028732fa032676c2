"""Open answers: apart from all other answers, redacted by rule, released once two people have read them."""
