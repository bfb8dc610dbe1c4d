"""The documents that are written from the code: `./limber docs` writes them, `./limber check` compares them."""
