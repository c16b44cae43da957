"""What customers do: their lives, visits, orders, payments, tickets, reviews and mails, driven by the hidden truths."""
