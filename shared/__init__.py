"""What all services have in common; it knows no service, and no business word outside `contracts`."""
