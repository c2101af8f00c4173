"""The model's part of the sentence, step by step: units are planned, asked, the answers checked, merged, judged.

`pipeline.py` names the steps in their order. Each gives what it kept and what it set aside, with the stage and the reason, so this is
where to look for how a finding was lost.
"""
