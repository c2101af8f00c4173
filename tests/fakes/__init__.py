"""Fakes of the two services the product talks to, over loopback HTTP, refusing what the real ones refuse."""
