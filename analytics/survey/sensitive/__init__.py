"""Questions about what nobody likes to tell."""
