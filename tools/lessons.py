"""Run, check and publish the lessons: `python tools/lessons.py --help`."""

import argparse
import sys

from lessonkit import anatomy, handouts, links, notebooks


def run(arguments):
    """Run lessons and write their outputs."""
    from lessonkit import execute  # needs nbclient and psutil, which the other commands do not

    return execute.run(notebooks.paths(names=arguments.names))


def check(arguments):
    """Print what is wrong with the lessons."""
    paths = notebooks.paths(names=arguments.names)
    found = [finding for path in paths for finding in anatomy.findings(path)]
    print("\n".join(found) if found else f"{len(paths)} lessons, nothing to mend")
    return not found


def sync(arguments):
    """Write badges, install cells and times."""
    links.sync(repository=arguments.repository)
    print(f"badges, install cells and times are up to date for {links.repository_address()}")
    return True


def write_handouts(arguments):
    """Write copies for students."""
    paths = notebooks.paths()
    handouts.write_handouts(paths, arguments.folder)
    print(f"{len(paths)} lessons without solutions and outputs are in {arguments.folder}")
    return True


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("run", help="run lessons from top to bottom and write their outputs")
    one.add_argument("names", nargs="*", help="beginnings of names, such as 00; all without")
    one.set_defaults(action=run)

    one = commands.add_parser("check", help="say where a lesson leaves the common form")
    one.add_argument("names", nargs="*", help="beginnings of names, such as 00; all without")
    one.set_defaults(action=check)

    one = commands.add_parser("sync", help="write badges, install cells and measured times")
    one.add_argument("--repository", help="another public address, https://github.com/OWNER/NAME")
    one.set_defaults(action=sync)

    one = commands.add_parser("handouts", help="write copies without solutions and outputs")
    one.add_argument("folder", help="where to; it is made when missing")
    one.set_defaults(action=write_handouts)
    return top


def main():
    """Do what the command line says; exit with 1 where something is wrong."""
    arguments = parser().parse_args()
    try:
        sys.exit(0 if arguments.action(arguments) else 1)
    except ValueError as error:
        sys.exit(f"lessons: {error}")


if __name__ == "__main__":
    main()
