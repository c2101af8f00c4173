"""`stream-review eval`: labelled changes in, recall and precision out."""
