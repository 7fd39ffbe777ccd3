"""The clients of example_project/clients, each run against the example project."""
