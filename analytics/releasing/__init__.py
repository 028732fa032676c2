"""The custodian's side of releases: what is registered, built, signed, published, withdrawn, and by whose leave."""
