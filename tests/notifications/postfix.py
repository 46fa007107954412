"""Debian's Postfix on a port of this machine, with a configuration, a queue and mailboxes of its own in one folder."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local.errors import CannotStart, patience
from tests.support.certificates import write_certificate
from tests.support.eventually import eventually

INSTALL = Path(__file__).parents[1] / "install-tools.sh"
PROGRAMS = ("postfix", "saslpasswd2")
FOLDERS = f"{os.environ.get('PATH', '')}:/usr/sbin"
START_SECONDS = 60

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
alias_maps =
smtpd_tls_cert_file = {folder}/localhost.pem
smtpd_tls_key_file = {folder}/localhost.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
message_size_limit = 100000
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mailboxes
virtual_mailbox_maps = inline:{{ {{ {mailbox} = mailbox/ }} }}
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
virtual_minimum_uid = 1
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
SIGN_IN = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN
sasldb_path: {folder}/etc/sasl/passwords
"""


@dataclass(frozen=True)
class Postfix:
    """A running one, with one mailbox."""

    folder: Path
    port: int
    mailbox: str
    user: str = "us/er"
    password: str = "p@ss word"

    @property
    def url(self) -> str:
        return self.url_of(self.password)

    def url_of(self, password: str) -> str:
        return f"smtp+starttls://{quote(self.user, safe='')}:{quote(password)}@localhost:{self.port}"

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    async def fetched(self, count: int) -> list[bytes]:
        """Wait until so many mails lie in the mailbox; take them out, their lines ended as they were on the wire."""
        new = self.folder / "mailboxes" / "mailbox" / "new"
        await eventually(lambda: new.exists() and len(list(new.iterdir())) == count)
        mails = sorted(new.iterdir())
        found = [mail.read_bytes().replace(b"\n", b"\r\n") for mail in mails]
        for mail in mails:
            mail.unlink()
        return found


@asynccontextmanager
async def running_postfix(mailbox: str) -> AsyncIterator[Postfix]:
    """Run one that takes mails for one address from who signs in; raises CannotStart, saying what to do."""
    if os.geteuid() != 0 or not all(shutil.which(name, path=FOLDERS) for name in PROGRAMS):
        raise CannotStart(
            f"Postfix and saslpasswd2 are needed, and start as root alone. On Debian as root: sh {INSTALL}"
        )
    # Postfix's own users must reach it, so it lies in no folder of root's.
    with tempfile.TemporaryDirectory() as name:
        running = Postfix(Path(name), _free_port(), mailbox)
        await _write(running)
        postfix = await _run("postfix", "-c", f"{name}/etc", "start-fg")
        try:
            async with patience(START_SECONDS, lambda: f"Postfix does not start.\n{running.log()}"):
                await _listens(running.port)
            yield running
        finally:
            os.kill(int((running.folder / "queue/pid/master.pid").read_text()), signal.SIGTERM)
            await postfix.wait()


async def _write(postfix: Postfix) -> None:
    folder, owner = postfix.folder, pwd.getpwnam("postfix").pw_uid
    folder.chmod(0o755)
    for name in ("etc", "etc/sasl", "queue", "data", "mailboxes"):
        (folder / name).mkdir()
    for name in ("data", "mailboxes"):
        os.chown(folder / name, owner, owner)
    domain = postfix.mailbox.partition("@")[2]
    (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, domain=domain, mailbox=postfix.mailbox, owner=owner))
    (folder / "etc/master.cf").write_text(MASTER.format(port=postfix.port))
    (folder / "etc/sasl/smtpd.conf").write_text(SIGN_IN.format(folder=folder))
    write_certificate(folder / "localhost.pem")
    passwords = folder / "etc/sasl/passwords"
    sets_password = await _run("saslpasswd2", "-p", "-c", "-f", str(passwords), "-u", "localhost", postfix.user)
    await sets_password.communicate(postfix.password.encode())
    os.chown(passwords, owner, owner)


async def _run(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": FOLDERS},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
