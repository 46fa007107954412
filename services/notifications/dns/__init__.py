"""What DNS must hold of the domain that mails are sent from, and what it holds."""
