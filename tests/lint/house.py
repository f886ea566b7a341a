"""What the lints share: the tree and its files, C without its comments, the public declarations.

A lint is a program with one function `check(tree)` that yields findings as (file, line, message); it prints
one a line, as a compiler does, and exits 1 when there are any. `--root DIR` makes it judge another tree,
which is how tests/lint/selftest proves that each of them fails on a planted fault.
"""
import argparse
import dataclasses
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = {"data", "corpus", "node_modules", "target", "__pycache__", "build", "go"}
C_SUFFIXES = (".c", ".h", ".cpp", ".hpp")


class Tree:
    def __init__(self, root, build):
        self.root = pathlib.Path(root)
        self.build = pathlib.Path(build) if build else self.root / "build" / "debug"

    def files(self, *folders, suffixes=C_SUFFIXES):
        """Files below the folders, in order, without test data and what builds leave behind."""
        found = []
        for folder in folders:
            for path in (self.root / folder).rglob("*"):
                inside = path.relative_to(self.root)
                if path.is_file() and path.name.endswith(tuple(suffixes)) and not SKIPPED & set(inside.parts[:-1]):
                    found.append(inside)
        return sorted(set(found))

    def text(self, path):
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def headers(self):
        return self.files("include/migdeploy", suffixes=(".h",))

    def rooms(self):
        return sorted(p.name for p in (self.root / "lib").iterdir() if p.is_dir())


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


TOKENS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(text, strings=True):
    """The text with comments, and strings if wanted, turned into blanks: every offset and line stays."""
    def replace(match):
        word = match.group()
        if word[0] in "\"'" and not strings:
            return word
        if word[0] in "\"'":
            return word[0] + re.sub(r"[^\n]", " ", word[1:-1]) + word[-1]
        return re.sub(r"[^\n]", " ", word)
    return TOKENS.sub(replace, text)


@dataclasses.dataclass
class Parameter:
    name: str
    type: str


@dataclasses.dataclass
class Declaration:
    """A public function: what it answers, takes and promises."""
    file: pathlib.Path
    line: int
    name: str
    answers: str
    parameters: list
    comment: str  # directly above, or above its twin
    group: str    # the comments of the file that stand alone before it


def split_parameters(text):
    """Commas of the outermost level part parameters; a function pointer has its own inside."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    parameters = []
    for part in (" ".join(p.split()) for p in parts):
        if part in ("void", ""):
            continue
        pointer = re.search(r"\(\*(\w+)\)", part)
        name = pointer.group(1) if pointer else re.search(r"(\w+)$", part).group(1)
        parameters.append(Parameter(name, part if pointer else part[: -len(name)].strip()))
    return parameters


def tidy(comment):
    return re.sub(r"\s+\*?\s*", " ", comment.strip("/* \n"))


def declarations(tree):
    """Every MIGD_API function of the public headers, with the comments that speak of it."""
    for path in tree.headers():
        text = tree.text(path)
        code = blank(text)
        group, last, last_end = [], "", -1
        pieces = sorted(
            [(m.start(), m.end(), "comment") for m in re.finditer(r"/\*.*?\*/", text, re.S)]
            + [(m.start(), m.end(), "function") for m in re.finditer(r"^MIGD_API\b[^;{]*;", code, re.M)])
        for start, end, kind in pieces:
            if kind == "comment":
                if re.match(r"\n(?:MIGD_API|typedef|enum|#define)\b", text[end:]):
                    last = tidy(text[start:end])
                elif text[:start].endswith("\n") or start == 0:
                    group.append(tidy(text[start:end]))
                    last = ""
                else:
                    continue
            else:
                head = code[start:end]
                match = re.match(r"MIGD_API\s+(.*?)\b(migd_\w+)\s*\((.*)\)\s*;$", head, re.S)
                if not match:
                    continue
                apart = "\n\n" in text[last_end:start]
                if last_end >= 0 and apart and not re.search(r"\*/\n$", text[:start]):
                    last = ""
                yield Declaration(path, line_of(text, start), match.group(2), " ".join(match.group(1).split()),
                                  split_parameters(match.group(3)), last, " ".join(group))
            last_end = end


def run(*command, **options):
    """A tool of the machine; one that is missing ends the lint with its name."""
    try:
        return subprocess.run([str(c) for c in command], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, **options)
    except FileNotFoundError:
        sys.exit(f"{command[0]}: not installed (tests/setup brings it)")


def main(check, more=None):
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--root", default=HERE.parent.parent, help="the tree to judge")
    parser.add_argument("--build", help="its build folder; the default is build/debug")
    if more:
        more(parser)
    options = parser.parse_args()
    tree = Tree(options.root, options.build)
    tree.options = options
    count = 0
    for file, line, message in check(tree):
        print(f"{file}:{line}: {message}" if line else f"{file}: {message}")
        count += 1
    sys.exit(1 if count else 0)
