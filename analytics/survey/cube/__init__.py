"""Sums by PSU and domain, and all figures of a release from them."""
