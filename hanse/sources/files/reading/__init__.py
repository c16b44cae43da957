"""Reading: whatever a file is, it becomes a table of texts with line numbers; nothing is interpreted here."""
