"""Means, shares, totals, ratios, quantiles and variances of a population or its domains."""
