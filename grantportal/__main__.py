"""`python -m grantportal` is the `grantportal` command."""

from grantportal.app import main

if __name__ == "__main__":
    main()
