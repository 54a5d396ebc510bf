"""The store: versions of the Book in a database; one function writes, one reads."""
