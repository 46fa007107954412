"""A bounce returns to an address that names one e-mail, and that nobody can make up."""

from services.notifications.bounces import BounceTokens
from services.notifications.writing.writer import Writer
from tests.notifications.conftest import LINKS, Invited, Service
from tests.notifications.far_server import FarServer
from tests.notifications.samples import LETTERHEAD, sample

TOKENS = BounceTokens("a secret of thirty-two characters")


def test_a_token_is_read_whatever_became_of_its_case_and_a_forged_one_is_not() -> None:
    tokens = {number: TOKENS.token(number) for number in (1, 2, 2**40)}

    assert {number: TOKENS.read(token.upper()) for number, token in tokens.items()} == {n: n for n in tokens}
    assert all(token.isalnum() and len(token) == 40 for token in tokens.values())
    assert BounceTokens("another secret of thirty-two characters").read(tokens[1]) is None
    bad = [tokens[1][:-1], f"{tokens[1][:-2]}aa", f"{tokens[1]}aaaaaaaa", "", "æ", "1" * 40]
    assert [TOKENS.read(token) for token in bad] == [None] * len(bad)


async def test_every_e_mail_is_sent_under_a_return_path_of_its_own(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.deliver(server)

    (email,) = [email for email in await service.emails() if email["kind"] == "invitation"]
    (return_path,) = server.return_paths
    assert return_path == LINKS.return_path(email["id"], LETTERHEAD.mail_domain)
    token, domain = return_path.removeprefix("b+").split("@")
    assert (TOKENS.read(token), domain) == (email["id"], LETTERHEAD.mail_domain)
    assert Writer(LETTERHEAD, LINKS, None).return_path(sample("invitation")) != return_path
