"""django-post_office at its best: the e-mails are written into its queue first, then two processes send them."""

from pathlib import Path

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from post_office import mail  # noqa: E402
from post_office.models import STATUS, Attachment, Email  # noqa: E402

from bench.mail.sample import Sample  # noqa: E402

from .peer import Asked, asked  # noqa: E402

PROCESSES = 2
# Two of them, as in ours: one shows in the mail, one is a file.
ATTACHED = {"calendar.ics": "text/calendar", "invite.ics": "application/ics"}


def main(asked: Asked) -> None:
    """Queue all, unsigned, then send all; nothing is left."""
    call_command("migrate", verbosity=0)
    sample = Sample.read(Path(asked.sample))
    with transaction.atomic():
        queue([sample.to(number) for number in range(asked.mails)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    with asked.answered():
        mail.send_queued_mail_until_done(str(Path(asked.answer).with_suffix(".lock")), PROCESSES)
    sent = Email.objects.filter(status=STATUS.sent).count()
    if sent != asked.mails:
        raise SystemExit(f"{sent} of {asked.mails} are recorded as sent")


def queue(invitations: list[Sample]) -> None:
    """Queue many at once, which its own `send` with attachments cannot: one would take longer than its sending."""
    emails = mail.send_many(
        [
            {
                "sender": each.sender,
                "recipients": [each.address],
                "subject": each.subject,
                "message": each.text,
                "html_message": each.html,
                "headers": each.headers,
            }
            for each in invitations
        ]
    )
    for name, kind in ATTACHED.items():
        attachments = [Attachment(name=name, mimetype=kind) for _ in emails]
        for attachment, each in zip(attachments, invitations, strict=True):
            attachment.file.save(name, ContentFile(each.calendar.encode()), save=False)
        Attachment.objects.bulk_create(attachments)
        pairs = zip(attachments, emails, strict=True)
        of_emails = Attachment.emails.through
        of_emails.objects.bulk_create([of_emails(attachment=one, email=other) for one, other in pairs])


if __name__ == "__main__":
    main(asked())
