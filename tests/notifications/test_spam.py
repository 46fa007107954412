"""What a spam filter says of every kind of e-mail: SpamAssassin with its local rules, which asks nobody."""

import shutil
import subprocess
from pathlib import Path

from tests.notifications.keys import SIGNER
from tests.notifications.samples import KINDS, LANGUAGES, message, sample

MOST = 0.5
SCORES = Path(__file__).parent / "spam_scores.pl"
# As the mail server of its reader writes in front of it when it comes from ours; any address that is no reserved one.
RECEIVED = (
    b"Received: from ud.netvaerk.example (ud.netvaerk.example [9.9.9.9])\r\n"
    b"\tby mx.koege.example (Postfix) with ESMTPS id 4F2A; Tue, 01 Sep 2026 10:00:01 +0200 (CEST)\r\n"
)


def test_no_kind_of_e_mail_looks_like_spam(tmp_path: Path) -> None:
    assert shutil.which("spamassassin"), "SpamAssassin is missing: sh tests/install-tools.sh installs it"
    paths = [tmp_path / f"{kind}.{language}.eml" for kind in KINDS for language in LANGUAGES]
    emails = [sample(kind, language) for kind in KINDS for language in LANGUAGES]
    for path, email in zip(paths, emails, strict=True):
        unsigned = message(email)
        path.write_bytes(RECEIVED + SIGNER.signature(unsigned.signable, email.date) + unsigned.octets)
    spam = tmp_path / "spam.eml"
    spam.write_bytes(b"Subject: XXX\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n")

    found = subprocess.run(["perl", SCORES, *paths, spam], capture_output=True, text=True, check=True)

    *scores, spam_score = [line.split(" ") for line in found.stdout.splitlines()]
    assert float(spam_score[0]) > 100
    assert len(scores) == len(paths)
    assert [(path.name, *said) for path, said in zip(paths, scores, strict=True) if float(said[0]) > MOST] == []
