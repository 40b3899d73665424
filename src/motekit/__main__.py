"""python -m motekit"""

from motekit.cli import main

main()
