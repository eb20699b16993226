import sys

from emoaff_cli.command import main

sys.exit(main())
