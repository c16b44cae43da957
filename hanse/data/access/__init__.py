"""Who may do what: keys of programs, accounts and sessions of people, and the log of what they did.

No web framework here: `serve` turns headers, cookies and forms into these calls, and commits. Use the modules: `keys`,
`accounts`, `sessions`, `audit`.
"""
