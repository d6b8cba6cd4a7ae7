"""Reads the SQL statements out of .test files, by the rules of the program mysqltest."""

import re

# What a statement for the server begins with; everything else is a command of mysqltest.
VERBS = set(
    """alter analyze begin call change check commit create deallocate delete describe desc do drop
    execute explain flush grant handler insert install kill load lock optimize prepare purge
    rename repair replace reset revoke rollback savepoint select set show start table truncate
    uninstall unlock update use values with xa""".split()
)
HERE = re.compile(r"^(?:--)?\s*(?:perl|write_file|append_file)\b(.*)$", re.I)


def statements(text):
    """The statements of a file, each without its delimiter."""
    found = []
    delimiter = ";"
    at = 0
    while at < len(text):
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        line = text[at:line_end].strip()
        if not line or line.startswith(("#", "--", "{", "}")):
            here = HERE.match(line)
            delimited = re.match(r"--\s*delimiter\s+(\S+)", line, re.I)
            if delimited:
                delimiter = delimited.group(1)
            at = line_end + 1
            if here:
                at = after_here(text, at, here.group(1))
            continue
        end = statement_end(text, at, delimiter)
        statement = text[at:end].strip()
        at = end + len(delimiter)
        word = re.match(r"[a-zA-Z_]*", statement).group().lower()
        if word == "delimiter":
            delimiter = statement.split(None, 1)[1].strip() if " " in statement else delimiter
        elif HERE.match(statement.split("\n")[0]):
            at = after_here(text, at, "")
        elif word in ("if", "while") and "{" in statement:
            # A block: what is in it is read after the brace.
            at = text.find("{", at - len(delimiter) - len(statement)) + 1 or at
        # `$name` is replaced before the server sees it.
        elif word in VERBS and "$" not in statement:
            found.append(statement)
    return found


def after_here(text, at, arguments):
    """The offset behind a block of text that a line ends."""
    words = arguments.split()
    mark = words[-1].rstrip(";") if len(words) > 1 else "EOF"
    end = re.compile(r"^" + re.escape(mark) + r"\s*$", re.M).search(text, at)
    return end.end() + 1 if end else len(text)


def statement_end(text, at, delimiter):
    """The offset of the delimiter; quotes hide it."""
    quote = None
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\" and quote != "`":
                at += 1
            elif char == quote:
                quote = None
        elif text.startswith(delimiter, at):
            return at
        elif char in "'\"`":
            quote = char
        elif char == "#" and text[text.rfind("\n", 0, at) + 1 : at].strip() == "":
            at = text.find("\n", at)
            if at < 0:
                return len(text)
        at += 1
    return len(text)
