"""What Flink code says beyond its operators: windows, time to live, settings by setters, connectors, patterns."""
