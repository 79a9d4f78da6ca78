"""`python -m careline` is the `careline` command."""

from careline.cli import main

if __name__ == "__main__":
    main()
