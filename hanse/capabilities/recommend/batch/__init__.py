"""Recommendations for many recipients at once, such as those of a newsletter: the answers of `recommend.for_you`, in bulk."""
