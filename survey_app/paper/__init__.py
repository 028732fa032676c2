"""What is printed: the poster of an area and the invitation cards, as PDF or SVG. It knows no database."""
