"""Where a change comes from: the local repository or a patch. The only place that runs git and reads the user's tree."""
