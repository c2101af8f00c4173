"""The languages that have an adapter, by the names of their modules; nothing else, so that a look at them loads none."""

from __future__ import annotations

MODULES = ("java", "kotlin", "python", "scala", "go", "javascript", "typescript", "tsx", "csharp", "rust", "groovy")
