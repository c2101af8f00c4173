"""One adapter per language: text in, syntax facts out. `table.py` lists them."""
