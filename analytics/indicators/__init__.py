"""Indicators of a survey: how they are coded, estimated, compared and judged; nothing of the web, no database."""
