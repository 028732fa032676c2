"""Weights: from chances of selection to calibrated, trimmed and replicate weights."""
