"""What decides, per technology: short notes for the model, one Markdown file each, chosen by what is known of a unit."""
