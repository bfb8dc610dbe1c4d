"""One file per instrument: versioned data and its scoring."""
