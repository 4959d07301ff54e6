"""Finding things by name: a full-text index of labels in Chinese and English, kept beside each generation.

The store sorts and searches strings slowly (a sorted list of 60,000 labels takes seconds), so names are looked up and
sorted in SQLite: `index.SearchIndex`. Chinese has no spaces between words; `words` says what is indexed instead.
"""
