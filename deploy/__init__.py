"""The composition root: what is put together to run. It imports every room; no room imports it."""
