"""The known keys of configuration: whose they are, what their values mean, what holds where they are absent."""
