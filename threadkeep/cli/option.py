"""Options that several commands share, spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exporters.registry import exporter_names, page_exporter_names
from threadkeep.cli.completion import archives, formats, zones

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "-a",
        "--archive",
        metavar="FILE",
        help="The archive; without it, the only one in this folder.",
        autocompletion=archives,
    ),
]
ArchiveToMakeOption = Annotated[
    Path | None,
    typer.Option(
        "-a",
        "--archive",
        metavar="FILE",
        help="The archive; without it, HOST.db in this folder.",
        autocompletion=archives,
    ),
]
ArchiveToImportOption = Annotated[
    Path | None,
    typer.Option(
        "-a",
        "--archive",
        metavar="FILE",
        help="The archive; without it, named after PATH.",
        autocompletion=archives,
    ),
]
ContactOption = Annotated[
    str | None,
    typer.Option(
        "--contact", metavar="TEXT", help="Your e-mail or web address, for the site's owner."
    ),
]
CookiesOption = Annotated[
    Path | None,
    typer.Option(
        "--cookies",
        metavar="FILE",
        help="Log in with your browser's cookies, exported as cookies.txt.",
    ),
]
LoginOption = Annotated[
    str | None,
    typer.Option(
        "--login",
        metavar="NAME",
        help="Log in; the password is in THREADKEEP_PASSWORD, a keyring, or asked for.",
    ),
]
LoginUrlOption = Annotated[
    str | None,
    typer.Option(
        "--login-url", metavar="URL", help="The login page, where it is not wp-login.php."
    ),
]
PasswordEnvOption = Annotated[
    str | None,
    typer.Option(
        "--password-env", metavar="NAME", help="The environment variable with the password."
    ),
]
AsGuestOption = Annotated[
    bool,
    typer.Option(
        "--as-guest",
        help="Go on as a guest with an archive that was made logged in; what only members saw stays.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
QuietOption = Annotated[
    bool, typer.Option("-q", "--quiet", help="No progress; errors and results only.")
]
LogFileOption = Annotated[
    Path | None,
    typer.Option(
        "--log-file", metavar="FILE", help="Append to FILE what is done, a line an event."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help=", ".join(sorted((*exporter_names(), *page_exporter_names())))
        + "; else by the ending of -o.",
        autocompletion=formats,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="PATH", help="Where to write; its ending names the format."
    ),
]
RawCellsOption = Annotated[
    bool,
    typer.Option(
        "--raw-cells",
        help="CSV: leave cells that a spreadsheet would run as a formula as they are.",
    ),
]
WarcSizeOption = Annotated[
    int | None,
    typer.Option(
        "--warc-size",
        metavar="MIB",
        min=1,
        help="WARC: begin a further file when one is this large; without it, at a gigabyte.",
    ),
]
MaxSizeOption = Annotated[
    int | None,
    typer.Option(
        "--max-size",
        metavar="MIB",
        min=1,
        help="WXR in a folder: begin a further file when one would be larger; without it, than 10 MiB.",
    ),
]
WithGoneOption = Annotated[
    bool,
    typer.Option(
        "--with-gone", help="Formats for reading: include posts that vanished from the site."
    ),
]
TimezoneOption = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        help="The site's zone, e.g. Europe/Amsterdam or +05:30; else found out.",
        autocompletion=zones,
    ),
]
