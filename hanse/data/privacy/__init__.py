"""The rights of a person (Art. 15 to 21 DSGVO): access, portability, rectification, erasure, restriction, objection; and requests for them."""
