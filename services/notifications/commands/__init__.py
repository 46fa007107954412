"""What operators do on the command line."""
