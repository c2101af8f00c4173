"""What is promised before and after a change: at-most-once, at-least-once, exactly-once, or unknown, with the facts that decide it."""
