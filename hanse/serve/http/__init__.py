"""HTTP: every operation under `/v1`, the console, MCP and health, on Litestar, served by granian."""
