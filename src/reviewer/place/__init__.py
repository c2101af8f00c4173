"""Where a finding is shown: inline on the diff, on the file, or in the summary. Decided before GitHub is called."""
