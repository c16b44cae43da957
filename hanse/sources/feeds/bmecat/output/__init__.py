"""Writing a BMEcat 2005: the same parts as the readers beside it, the other way round."""
