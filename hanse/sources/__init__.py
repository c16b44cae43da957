"""Sources: what brings outside systems' data in. Files so far; each source is a folder that only knows the data layer."""
