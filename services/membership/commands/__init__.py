"""What membership's operators do on the command line, by story."""
