"""Regression under a design, and what its models say."""
