"""Everything real but the outside world: `make test` runs it all, `.venv/bin/pytest` what you name."""
