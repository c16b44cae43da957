"""The methods that learn what to recommend, one a file, named as the literature names them: arrays in, arrays out, no I/O."""
