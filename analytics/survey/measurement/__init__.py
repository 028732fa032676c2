"""Whether items, raters and indices measure what they are meant to."""
