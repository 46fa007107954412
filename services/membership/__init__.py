"""Who is a member and who acts for it: takes in what other systems report, and says what changed."""
