"""Measurements of speed and quality against peers, on the same machine in the same run: `python -m benchmarks NAME`."""
