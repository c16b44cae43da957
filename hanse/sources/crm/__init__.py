"""Out to the CRM: entries and traits are pushed to targets by a declared mapping, with retries and dead letters."""
