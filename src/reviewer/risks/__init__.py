"""The risk catalogue: every danger of streaming code that the review knows of, and how it is looked for."""
