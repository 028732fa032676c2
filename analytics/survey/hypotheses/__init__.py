"""Tests under a design: of tables, of groups, and what any test gives."""
