"""The parsers of documents. A grammar, and the parser itself, is loaded with the first document: a review of code alone begins sooner."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser


@cache
def parser_of(module: str) -> Parser:
    """The parser of a grammar's module, `tree_sitter_json`."""
    from tree_sitter import Language, Parser

    return Parser(Language(import_module(module).language()))
