"""What the authority's letters say, word for word: a builder for each, from facts to a document."""
