import sys

from dispatch.cli import main

sys.exit(main(sys.argv[1:]))
