"""What a sender is made of: what it takes, hands over and writes down."""
