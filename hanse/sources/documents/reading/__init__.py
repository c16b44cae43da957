"""Reading files: PDF, Markdown and HTML become pages of safe text. It happens in a process of its own, see `worker`."""
