"""One file a step, numbered; each is applied once and never edited after it has been released."""
