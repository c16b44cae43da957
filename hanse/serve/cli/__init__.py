"""The command line. Commands are imported when they are called, so that `hanse --help` is quick."""

from __future__ import annotations

import sys

from cyclopts import App

import hanse

HERE = "hanse.serve.cli"

app = App(
    name="hanse",
    help="Hanse: one log, one customer, one catalog; measured decisions for every touchpoint.",
    version=hanse.__version__,
    help_format="plaintext",
)
app.command(f"{HERE}.serving:demo", help="Start Hanse with the sample shop.")
app.command(f"{HERE}.serving:serve", help="Serve console, API and MCP, with a worker for the jobs.")
app.command(f"{HERE}.serving:worker", help="Run jobs only.")
app.command(f"{HERE}.calling:call", help="Call an operation with a JSON request, or list the operations.")
app.command(f"{HERE}.importing:import_file", name="import", help="Import orders, products, customers or a catalog from a file.")
app.command(f"{HERE}.exporting:export_app", name="export", help="Write the catalog to a file: BMEcat, Google Merchant feed, linked data.")
app.command(f"{HERE}.training:train", help="Train a capability's models now.")
app.command(f"{HERE}.training:evaluate", help="Measure a capability on held-out data, beside its baseline.")
app.command(f"{HERE}.running:run", help="Run a job now, or list the jobs.")
app.command(f"{HERE}.sampling:sample", help="Fill the database with the sample shop.")
app.command(f"{HERE}.access:key_app", name="key", help="Make, list and revoke API keys.")
app.command(f"{HERE}.access:link", help="Make a link that signs in to the console once.")
app.command(f"{HERE}.shops:shops_app", name="shops", help="Connect shops, list and disconnect them.")
app.command(f"{HERE}.doctor:doctor", help="Say what is wrong with this installation and what to do.")
app.command(f"{HERE}.backups:backup", help="Write database, models and lake to one file.")
app.command(f"{HERE}.backups:restore", help="Read database, models and lake back from a backup.")
app.register_install_completion_command(help="Install completion for this shell.")


def main() -> None:
    """Run the command line: an error of ours becomes a sentence, or a problem document with `--json`, and an exit code."""
    try:
        app(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # complain() raises what is not an error of ours
        from hanse.serve.cli import terminal

        sys.exit(terminal.complain(error, as_json="--json" in sys.argv))
