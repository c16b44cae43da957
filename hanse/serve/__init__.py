"""Where Hanse meets the world: HTTP, MCP, the command line, the workers and the console."""
