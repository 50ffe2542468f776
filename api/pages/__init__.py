"""The pages that people open, and the files that belong to them."""
