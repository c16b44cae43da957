"""Reading text without any model outside: vectors, languages, words, compounds and short-text classifiers."""
