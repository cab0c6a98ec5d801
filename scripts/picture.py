"""Draws the terminal in which a command runs: picture.py OUT.svg COLUMNS (progress | end) COMMAND ...

The terminal is so tall that nothing scrolls away, but a program that shows progress overwrites it, and only the end remains.
With `progress`, the screen is recorded once during the work, and the running command is drawn twice: half-way and at its
end.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

import pyte
from pyte.graphics import FG_BG_256
from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROWS = 200
PROMPT = "$ "
TITLES = {"progress": "pulumi", "end": "ebs-snapshots"}
HALF_WAY = re.compile(r"\b[4-6]\d%")

# Black, red, green, yellow, blue, magenta, cyan, white, and the bright ones: each is legible on the background.
COLOURS = [
    (92, 99, 112),
    (240, 113, 120),
    (143, 214, 120),
    (240, 200, 105),
    (110, 170, 255),
    (214, 150, 240),
    (90, 210, 220),
    (212, 216, 224),
]
THEME = TerminalTheme((24, 27, 33), (212, 216, 224), COLOURS, COLOURS)
# pyte returns the sixteen colours by its own names or by those of old terminals; rich numbers them.
NAMES = ["black", "red", "green", "brown", "blue", "magenta", "cyan", "white"]
NUMBERS = {
    **{name: number for number, name in enumerate(NAMES)},
    **{f"bright{name}": number + 8 for number, name in enumerate(NAMES)},
    **{value: number for number, value in enumerate(FG_BG_256[:16])},
}


def record(columns, command):
    """Returns the screen at the end and half-way."""
    screen = pyte.Screen(columns, ROWS)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    half_way = None
    while True:
        try:
            stream.feed(os.read(terminal, 65536))
        except OSError:  # the command has closed its side
            break
        if half_way is None and any(HALF_WAY.search(line) for line in screen.display):
            half_way = rows(screen)
    _, status = os.waitpid(child, 0)
    end = rows(screen)
    if status != 0:
        sys.exit("\n".join(screen.display).strip() + "\nThe session failed.")
    return end, half_way


def rows(screen):
    return [[screen.buffer[row][column] for column in range(screen.columns)] for row in range(ROWS)]


def texts(screen):
    """Joins lines that the terminal has wrapped."""
    lines = []
    broken = False
    for row in screen:
        if not broken:
            lines.append(Text())
        for cell in row:
            lines[-1].append(cell.data, style(cell))
        broken = row[-1].data != " "
    for line in lines:
        line.rstrip()
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def style(cell):
    return Style(
        color=colour(cell.fg),
        bgcolor=colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def colour(name):
    if name == "default":
        return name
    return f"color({NUMBERS[name]})" if name in NUMBERS else f"#{name}"


def composed(end, half_way):
    """Returns the session with the running command once more, as it was half-way."""
    before, after = texts(half_way), texts(end)
    start = max(number for number, line in enumerate(before) if line.plain.startswith(PROMPT))
    first = next(number for number, line in enumerate(after) if line.plain.startswith(PROMPT))
    later = Text("... and when EC2 has copied it:", Style(dim=True, italic=True))
    return after[first:start] + before[start:] + [Text(), later, Text()] + after[start + 1 :]


def main(out, columns, kind, *command):
    os.environ.update(TERM="xterm-256color", FORCE_COLOR="1")
    end, half_way = record(int(columns), command)
    if kind == "progress" and half_way is None:
        sys.exit("No progress was seen in the session.")
    lines = composed(end, half_way) if kind == "progress" else texts(end)
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=int(columns), file=nowhere, force_terminal=True, color_system="truecolor")
        for number, line in enumerate(lines):
            if line.plain or lines[number - 1].plain:
                console.print(line)
    # The font is removed, because an image on a page must not load files.
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    with open(out, "w") as file:
        file.write(console.export_svg(title=TITLES[kind], theme=THEME, code_format=form, unique_id="terminal"))


if __name__ == "__main__":
    main(*sys.argv[1:])
