"""Run the command line as `python -m threadkeep`."""

from threadkeep.cli.main import main

if __name__ == "__main__":
    main()
