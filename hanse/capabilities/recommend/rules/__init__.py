"""Rules by which a shop shapes what is recommended, without code: filters, boosts, pins, exclusions, diversity, caps and fallbacks."""
