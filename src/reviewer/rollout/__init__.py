"""Getting a change onto a running system: one file for each kind of plan, `plan.py` asks them all.

A plan belongs to a finding (by the rule that it confirms, whoever found it) or to a difference that needs an order without being a danger.
It uses the names of the code under review; one that is not known stays a placeholder in angle brackets.
"""
