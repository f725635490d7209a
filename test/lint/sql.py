"""The functions and tables of the install script, as far as rules need them."""
import re

from source import files, line_of, sql_code

CREATE_FUNCTION = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+([\w.@]+)\s*\(", re.I)
CREATE_TABLE = re.compile(r"\bCREATE\s+(?:TEMP\w*\s+|UNLOGGED\s+)?TABLE\s+([\w.]+)\s*\(", re.I)
RETURNS_TABLE = re.compile(r"\s*RETURNS\s+TABLE\s*\(", re.I)
MODES = {"in", "out", "inout", "variadic"}
NOT_A_COLUMN = {"primary", "foreign", "unique", "check", "constraint", "exclude", "like"}


def topics():
    return [path for path in files("sql/*.sql") if "--" not in path]


def closing(text, start):
    """Where the parenthesis that was opened just before `start` closes."""
    depth = 1
    for offset in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[offset], 0)
        if depth == 0:
            return offset
    return len(text)


def parts(text):
    """The parts of a list, cut at the commas that stand in no parenthesis."""
    depth, part, found = 0, "", []
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            found.append(part)
            part = ""
        else:
            part += character
    return [piece.strip() for piece in found + [part] if piece.strip()]


def argument_name(text):
    """The name of an argument, or None when it has none."""
    words = re.findall(r'[\w"]+', re.split(r"\bDEFAULT\b|=", text, flags=re.I)[0])
    if words and words[0].lower() in MODES:
        words = words[1:]
    return words[0].strip('"') if len(words) > 1 else None


class Function:
    def __init__(self, path, text, match):
        self.path = path
        self.name = match.group(1)
        self.line = line_of(text, match.start())
        end = closing(text, match.end())
        self.arguments = parts(text[match.end():end])
        columns = RETURNS_TABLE.match(text, end + 1)
        self.columns = parts(text[columns.end():closing(text, columns.end())]) if columns else []
        self.names = [argument_name(part) for part in self.arguments + self.columns]


def functions():
    return [
        Function(path, text, match)
        for path in topics()
        for text in [sql_code(path)]
        for match in CREATE_FUNCTION.finditer(text)
    ]


def table_columns():
    """(path, line, column) of every column of every table."""
    for path in topics():
        text = sql_code(path)
        for match in CREATE_TABLE.finditer(text):
            for part in parts(text[match.end():closing(text, match.end())]):
                column = part.split()[0].strip('"')
                if column.lower() not in NOT_A_COLUMN:
                    yield path, line_of(text, match.start()), column
