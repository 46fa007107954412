"""How fast the mail engine hands e-mails over, beside what others do and what the machine can."""
