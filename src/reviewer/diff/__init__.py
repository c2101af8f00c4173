"""From a unified diff to file changes, and from one side of a file to the other. Text only: nothing here touches a disk."""
