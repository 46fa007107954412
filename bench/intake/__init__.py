"""The benchmark `intake`: what the open event door takes in a second, beside peers that write the same rows."""
