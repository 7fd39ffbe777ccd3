"""The same event with documents."""
