"""A report on its way out: one module per reader (terminal, JSON, SARIF, Markdown, job summary)."""
