"""What the rules share: the files of the source tree, C without comments, SQL statements."""
import glob
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def files(*patterns):
    """Paths relative to the top of the tree, sorted."""
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(ROOT, pattern), recursive=True))
    return sorted(os.path.relpath(path, ROOT) for path in found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blank(match):
    """Blanks of the same shape, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


def c_code(path):
    """A C file without comments, and with empty string and character literals."""
    token = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def replace(match):
        text = match.group(0)
        if text[0] in "\"'":
            return text[0] + " " * (len(text) - 2) + text[0]
        return blank(match)

    return re.sub(token, replace, read(path), flags=re.S)


def sql_code(path):
    """A SQL file without comments, literals and bodies of functions."""
    token = r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$"
    return re.sub(token, blank, read(path), flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finish(findings):
    """Prints the findings and ends the rule."""
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
