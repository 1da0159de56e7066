"""What is on screen and what its user is about to do, as values: no widget, no drawing."""
