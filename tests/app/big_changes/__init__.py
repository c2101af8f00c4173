"""Pull requests of about a hundred files, built: four known dangers among harmless changes."""
