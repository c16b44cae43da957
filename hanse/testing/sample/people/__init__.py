"""Who the customers of the sample shop are, with the truths that drive them."""
