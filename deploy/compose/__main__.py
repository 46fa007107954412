"""The platform under docker compose: `python3 -m deploy.compose env|up|destroy`; it needs no package."""

import argparse
import subprocess
import sys
from pathlib import Path

from . import settings
from .secret_files import DEMO, DEMO_SYSTEM, SERVICES, digest, write_demo, write_secrets

ROOT = Path(__file__).parents[2]
ENV = ROOT / ".env"
SECRETS = ROOT / ".secrets"
MOUNTED = (
    "deploy/caddy/Caddyfile",
    "deploy/compose/*.conf",
    "deploy/compose/*.sh",
    "deploy/postgres/*.sql",
    "deploy/rabbitmq/*.conf",
    "deploy/rabbitmq/definitions/*",
)
WAIT_SECONDS = 180


class Refused(Exception):
    """It cannot be done; the message says why, and for whom to mend it."""


def main() -> int:
    """Run one command, and return the program's exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.compose", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("env", help="write .env and .secrets/, and keep what is there").set_defaults(run=env)
    start = commands.add_parser("up", help="build, start, wait until all is healthy")
    start.add_argument("--demo", action="store_true", help="with the demo's mail server, and tell its story")
    start.set_defaults(run=up)
    commands.add_parser("destroy", help="remove every container and all data, once asked").set_defaults(run=destroy)
    args = parser.parse_args()
    try:
        args.run(args)
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    return 0


def env(args: argparse.Namespace) -> None:
    """Write what is missing of the settings and secrets, and refuse settings that are wrong."""
    settings.complete(ENV, ROOT / ".env.example")
    told = settings.read(ENV)
    if faults := list(settings.faults(told)):
        raise Refused("\n".join(faults))
    write_secrets(SECRETS, told["SMTP_URL"])
    mounted = [path for pattern in MOUNTED for path in ROOT.glob(pattern) if path.is_file()]
    for path in mounted:  # a checkout may be its owner's alone, and containers run as others
        path.chmod(path.stat().st_mode | 0o444)
    settings.write_one(ENV, "CONFIGURATION", digest(SECRETS, mounted))
    print("settings: .env; secrets: .secrets/ (keep a copy of both with the backups)")


def up(args: argparse.Namespace) -> None:
    """Start everything and say where it is; what does not become healthy shows its last lines."""
    env(args)
    started = [*SERVICES, "caddy", "maildev"] if args.demo else []
    wait = ["--detach", "--wait", "--wait-timeout", str(WAIT_SECONDS)]
    if _compose("up", "--build", "--remove-orphans", *wait, *started):
        _show_trouble()
        raise Refused("The stack did not become healthy; see above, and: docker compose logs")
    print(_places(settings.read(ENV), demo=args.demo))
    if args.demo:
        _let_the_demo_report(settings.read(ENV)["REPLY_TO"])
        if _compose("run", "--rm", "--build", "--no-deps", "demo"):
            raise Refused("The demo did not end as it must; see above.")


def destroy(args: argparse.Namespace) -> None:
    """Remove containers and volumes, where the one who asks says yes."""
    print("This removes every container and ALL DATA: database, broker, certificates. .env and .secrets/ stay.")
    print('Type "yes" to go on: ', end="", flush=True)
    if sys.stdin.readline().strip() != "yes":
        raise Refused("Nothing was removed.")
    if _compose("--profile", "demo", "down", "--volumes", "--remove-orphans"):
        raise Refused("Not everything could be removed; see above.")


def _compose(*arguments: str) -> int:
    return subprocess.run(["docker", "compose", *arguments], cwd=ROOT, check=False).returncode


def _let_the_demo_report(owner: str) -> None:
    """Register the demo's system; a password that it has already is not shown, and has been kept."""
    password = _systems("add", DEMO_SYSTEM, "--source", f"/{DEMO_SYSTEM}", "--owner", owner)
    if not password and not (SECRETS / DEMO).exists():
        password = _systems("rotate", DEMO_SYSTEM)
    if password:
        write_demo(SECRETS, password)


def _systems(*arguments: str) -> str:
    """Run the operator's command for other systems, and return what it shows: a password, where it made one."""
    command = ["docker", "compose", "run", "--rm", "-T", "systems", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Refused("The demo's system could not be registered; see above.")
    return done.stdout.strip()


def _show_trouble() -> None:
    """Show the last lines of what is neither healthy nor done."""
    asked = ["docker", "compose", "ps", "--all", "--format", "{{.Service}} {{.State}} {{.ExitCode}} {{.Health}}"]
    listed = subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    for line in listed.splitlines():
        service, *state = line.split()
        if state not in (["running", "0", "healthy"], ["exited", "0"], ["created", "0"]):
            _compose("logs", "--tail", "20", service)


def _places(told: dict[str, str], *, demo: bool) -> str:
    port = f":{told['PUBLIC_PORT']}" if told["PUBLIC_PORT"] else ""
    api = f"http://127.0.0.1:{told['OPERATORS_PORT']}"
    lines = [
        f"pages that e-mails link to:   https://{told['PUBLIC_HOST']}{port}/preferences/..., /meetings/answer/...",
        f"calendar of public meetings:  https://{told['PUBLIC_HOST']}{port}/meetings/subscribe/public",
        *(f"{f'API of {name}:':<30}{api}/{name}/ (this machine alone)" for name in ("membership", "meetings")),
        f"{'API of notifications:':<30}{api}/notifications/",
        f"pages for the secretariat:    {api}/meetings/pages, {api}/membership/pages, {api}/notifications/pages",
        f"operator's token:             {(SECRETS / 'operator_token').read_text().strip()}",
        "how each service does:        make status",
        'let another system report:    make systems ARGS="add NAME --source URI --owner ADDRESS"',
        "try your mail server:         make mail-test TO=you@your.domain",
    ]
    if demo:
        lines.append(f"what the demo's server got:   http://127.0.0.1:{told['MAILDEV_PORT']}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
