"""Writes the parts of the documentation that the program knows best: commands, capabilities, the picture, the stories.

``python docs/make.py`` writes them anew; a test checks that they are up to date.
"""

import re
import sys
import textwrap
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path

import typer

import rhumbline
from rhumbline.book.authority import AUTHORITY, SPOKEN, AccessRole, Sight, Verb, may, sight_of
from rhumbline.book.concealment import reasons_to_hide
from rhumbline.book.fields import fields_of
from rhumbline.book.records import KINDS
from rhumbline.faces.blocks import Tone
from rhumbline.faces.cli import application
from rhumbline.faces.terminal import Line, Terminal, width_of
from rhumbline.faces.words import NO_BREAK
from rhumbline.registry import Capability, resolve
from rhumbline.server.commands import add_to
from rhumbline.server.configuration import written as settings_table

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
CLI, PICTURE, README = DOCS / "reference" / "cli.md", DOCS / "pictures" / "plan.svg", ROOT / "README.md"
SETTINGS = DOCS / "reference" / "settings.md"
PERMISSIONS, MCP = DOCS / "reference" / "permissions.md", DOCS / "reference" / "mcp.md"
TABLE = re.compile(r"(<!-- capabilities -->\n).*?(<!-- end of capabilities -->\n)", re.DOTALL)

VARIABLES = re.compile(r"(<!-- settings -->\n).*?(<!-- end of settings -->\n)", re.DOTALL)
MATRIX = re.compile(r"(<!-- permissions -->\n).*?(<!-- end of permissions -->\n)", re.DOTALL)

# Commands that are not capabilities.
FILES = ("import", "convert", "template", "demo", "book", "history", "report", "brief onepage", "mcp", "apply")
# Commands that run a server.
SERVER = (
    "up",
    "worker",
    "migrate",
    "createowner",
    "resetpassword",
    "doctor",
    "backup",
    "restore",
    "audit verify",
    "audit log",
)


CLI_INTRODUCTION = """\
# The command line

<!-- Written by docs/make.py from the program; change the program, then run it. -->

Every command takes a Book file and answers one question. Text is for people: 80 columns when piped, colour only on
a terminal (`NO_COLOR` switches it off). `--json` is for programs: [the documents](json.md).

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | `check`: an error that no decision waives, or a row held out |
| 1 | `verify`: the plan is not what it says, or a better one exists |
| 1 | `plan`: no plan is possible, or there is not enough data |
| 1 | `import`, `convert`: rows are held out and missing in the Book, or nothing could be imported |
| 1 | `doctor`: something is broken; `audit verify`: a history was altered; `migrate --check`: a step waits |
| 2 | the input or the question is unusable: no such file, wrong option, unknown initiative, rows held out |
| 130 | interrupted with Ctrl-C before there was an answer |
| 141 | nobody reads the output any more (`rhumbline check bakery.yaml \\| head -1`) |

With exit code 2 the reasons are on standard error in words, or with `--json` on standard output as a document
`rhumbline.error/1`. While a long plan is searched, a terminal shows how far it is; Ctrl-C ends the search and prints
the best plan found, with what a better one could still gain.

The evaluation date is the option `--as-of`, else the one in the file, else today; every answer prints it.

With `--server URL --token TOKEN`, before the command or behind it, the Book on a server is asked and FILE is left out:
[how to](../how-to/use-a-server-from-the-shell.md). `RHUMBLINE_SERVER` and `RHUMBLINE_TOKEN` say the same; a FILE that
is named counts more than a server named by a variable.
"""


# --- the commands -----------------------------------------------------------------------------


def help_of(command: str) -> str:
    """What a command says about itself, 80 columns wide."""
    from typer.testing import CliRunner

    runner = CliRunner(env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
    words = [*command.split(), "--help"] if command else ["--help"]
    return runner.invoke(application(command or None, add_to), words, prog_name="rhumbline").output.rstrip()


def cli() -> str:
    """The reference page of the command line."""
    verbs = [*(capability.name for capability in rhumbline.capabilities()), *FILES, *SERVER]
    parts = [CLI_INTRODUCTION, "```text", help_of(""), "```", ""]
    for verb in verbs:
        parts += [f"## {verb}", "", "```text", help_of(verb), "```", ""]
    return "\n".join(parts).rstrip() + "\n"


# --- the capabilities -------------------------------------------------------------------------


def wishes_of(capability: Capability) -> str:
    """What its function has to be given: the Book, and each wish without a default."""
    required = [field.name for field in fields_of(resolve(capability.terms)) if field.required]
    return ", ".join(["book", *(f"{name}=..." for name in required)])


def capability_table() -> str:
    """The table of the capabilities for the README."""
    rows = [
        f"| {capability.asks} | `rhumbline {capability.name}` | `rhumbline.{capability.name}({wishes_of(capability)})` |"
        for capability in rhumbline.capabilities()
    ]
    return "\n".join(["| question | command | function |", "|---|---|---|", *rows]) + "\n"


def readme() -> str:
    """The README with its table brought up to date."""
    table = f"\\g<1>\n{capability_table()}\n\\g<2>"
    return TABLE.sub(table, README.read_text(encoding="utf-8"))


# --- the settings -----------------------------------------------------------------------------


def settings() -> str:
    """The reference page of the settings with its table brought up to date."""
    return VARIABLES.sub(
        lambda found: f"{found[1]}\n{settings_table()}\n{found[2]}", SETTINGS.read_text(encoding="utf-8")
    )


# --- who may do what --------------------------------------------------------------------------


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _head(first: str) -> list[str]:
    return [_row(first, AccessRole), _row("---", ["---"] * len(AccessRole))]


def _verb(role: AccessRole, verb: Verb) -> str:
    if not may(role, verb):
        return ""
    return "yes" if all(may(role, verb, kind) for kind in KINDS if kind not in SPOKEN) else "some kinds"


def _of_kind(role: AccessRole, kind: str) -> str:
    """The strongest of what a role may do to a kind."""
    return next((verb.value for verb in (Verb.WRITE, Verb.PROPOSE, Verb.READ) if may(role, verb, kind)), "")


def permissions() -> str:
    """The reference page of the roles with its tables brought up to date."""
    roles = [f"- **{role}**: {own.about}" for role, own in AUTHORITY.items()]
    verbs = [_row(f"`{verb}`", (_verb(role, verb) for role in AccessRole)) for verb in Verb]
    kinds = [_row(f"`{kind}`", (_of_kind(role, kind) for role in AccessRole)) for kind in KINDS]
    seen = [
        _row(name, ("yes" if name not in sight_of(role).concealed else "" for role in AccessRole))
        for name in Sight(money=False, personal=False, private=False).concealed
    ]
    hidden = [
        f"| `{kind}` | `{field.name}` | {', '.join(sorted(reasons))} |"
        for kind, record in KINDS.items()
        for field in fields_of(record.record)
        if (reasons := reasons_to_hide(field.part))
    ]
    parts = [
        [*roles],
        ["### What each may do", "", *_head("verb"), *verbs],
        ["### To which records", "", *_head("kind"), *kinds],
        ["### What each sees", "", *_head("beside what everybody sees"), *seen],
        ["### Which fields that hides", "", "| kind | field | hidden without |", "|---|---|---|", *hidden],
    ]
    tables = "\n\n".join("\n".join(part) for part in parts)
    return MATRIX.sub(lambda found: f"{found[1]}\n{tables}\n\n{found[2]}", PERMISSIONS.read_text(encoding="utf-8"))


# --- the picture ------------------------------------------------------------------------------

LINE_HEIGHT, LETTER, MARGIN = 19, 8.4, 18
STYLE = """
  .paper { fill: #fdfcf9; stroke: #d9d5cb; }
  text { fill: #23302f; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
  .strong { font-weight: 700; }
  .good { fill: #17653c; font-weight: 700; }
  .warning { fill: #7a5200; font-weight: 700; }
  .bad { fill: #a3281f; font-weight: 700; }
  .quiet { fill: #616b69; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #14201f; stroke: #2f3f3d; }
    text { fill: #e4e8e4; }
    .good { fill: #7ed6a0; }
    .warning { fill: #e6c071; }
    .bad { fill: #f29a90; }
    .quiet { fill: #9fadaa; }
  }
"""


def _text(line: Line, number: int) -> str:
    x, spans = 0, []
    for span in line:
        text = span.text.replace(NO_BREAK, " ")
        tone = "" if span.tone is Tone.PLAIN else f' class="{span.tone.value}"'
        if text.strip():
            lead = len(text) - len(text.lstrip())
            size = width_of(text.strip())
            # Every piece has its place and its length, so that columns stand even where another font is used.
            spans.append(
                f'<tspan x="{MARGIN + (x + lead) * LETTER:g}" textLength="{size * LETTER:g}"{tone}>'
                f"{escape(text.strip())}</tspan>"
            )
        x += width_of(text)
    y = MARGIN + LINE_HEIGHT * (number + 1)
    return f'<text y="{y}" xml:space="preserve">{"".join(spans)}</text>' if spans else ""


def picture() -> str:
    """The plan of the bakery as it looks in a terminal, light or dark as the reader's screen is."""
    file = resources.files("rhumbline.examples") / "bakery.yaml"
    plan = rhumbline.plan(rhumbline.read_book(file.read_bytes()).book)
    lines = Terminal(plan.words, 80, "bakery.yaml").lines(plan.blocks)
    shown = [line for number, line in enumerate(lines) if number < _end_of_picture(lines)]
    width, height = 80 * LETTER + 2 * MARGIN, LINE_HEIGHT * (len(shown) + 1) + 2 * MARGIN
    texts = "\n".join(filter(None, (_text(line, number) for number, line in enumerate(shown))))
    title = "What rhumbline plan bakery.yaml prints"
    about = "Fund four initiatives for cafés, stop the croissants for the shop, with the proof that no plan is better."
    return textwrap.dedent(
        f"""\
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="t d">
        <title id="t">{title}</title>
        <desc id="d">{about}</desc>
        <style>{{style}}</style>
        <rect class="paper" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="10"/>
        {{texts}}
        </svg>
        """
    ).format(style=STYLE, texts=texts)


def _end_of_picture(lines: list[Line]) -> int:
    """Leave out the note and the commands below the proof."""
    empty = [number for number, line in enumerate(lines) if not line]
    return empty[-2]


# --- the stories ------------------------------------------------------------------------------


def stories() -> dict[Path, str]:
    """The teaching stories with their pictures, by path."""
    # The stories are a package beside this file; whoever loads this file from elsewhere finds them too.
    if str(DOCS) not in sys.path:
        sys.path.insert(0, str(DOCS))
    from stories.build import pages

    return pages()


# --- the tools of an assistant ----------------------------------------------------------------

MCP_INTRODUCTION = """\
# The tools of an assistant

<!-- Written by docs/make.py from the program; change the program, then run it. -->

What `rhumbline mcp FILE`, and a server at `/mcp`, offer over the Model Context Protocol;
[how to connect an assistant](../how-to/connect-an-assistant.md). Every tool only reads, but for `rhumbline_propose`, which keeps a
proposal for a person to decide on. None changes a Book.

- **Answers** come twice: as structured content, which for a question is exactly [the document](json.md) that
  `rhumbline VERB FILE --json` prints, and as text, which is what it prints without `--json`. The first has a JSON Schema in `tools/list`.
- **What is wrong** with a call is said in its result (`isError`), as a document `rhumbline.error/1` and as text: code, place,
  message and remedy of every finding. The codes are [those of the command line and of files](finding-codes.md). Only a tool or
  a resource that is not there is an error of the protocol.
- **The evaluation date** is the argument `as_of`, else the one in the file, else today.
- **Long lists** come in pages: while `next` is not null, call again with `cursor` set to it.
- **Long searches** report their progress and end when the call is cancelled; meanwhile other calls are answered.
- **Edits** are written as [edits.md](edits.md) says. A file keeps no versions, so edits of a file state no `expected`; on a server
  they may, and records come with their `version`.
- **At a server** every request brings its token (`Authorization: Bearer`), by `POST` and over streamable HTTP without sessions.
  Everything is shown as the member behind the token may see it; a record names the fields that are `hidden`.
- The Book is also a resource, `rhumbline://book`: the text of its file, in YAML. A file is read anew whenever it has changed.

## What the assistant is told first
"""


def mcp() -> str:
    """The reference page of the tools that an assistant is given."""
    from rhumbline.faces.mcp.tools import texts, tools

    parts = [MCP_INTRODUCTION, *_quoted(texts()["server"]["instructions"]), ""]
    for tool in tools():
        parts += [f"## {tool.name}", "", f"**{tool.title}.** {' '.join(tool.description.split())}", ""]
        required = tool.input.get("required", ())
        rows = [
            f"| `{name}` | {'required' if name in required else ''} | {' '.join(said['description'].split())} |"
            for name, said in tool.input["properties"].items()
        ]
        parts += ["| argument | | what it is |", "|---|---|---|", *rows, ""] if rows else ["It takes nothing.", ""]
    return "\n".join(parts).rstrip() + "\n"


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.strip().splitlines()]


def made() -> dict[Path, str]:
    """The pages of the reference that the program knows best, by path."""
    return {
        CLI: cli(),
        PICTURE: picture(),
        README: readme(),
        PERMISSIONS: permissions(),
        MCP: mcp(),
        SETTINGS: settings(),
    }


def main() -> None:
    """Write everything anew."""
    for path, text in (made() | stories()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
