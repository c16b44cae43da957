"""Rules by which a shop shapes its search, without code: fixed places, boosts, burials, hidden products, addresses to go to, synonyms."""
