"""Reading text without any model outside: vectors, languages, words, compounds, measures and short-text classifiers."""
