"""The command line: options in, exit codes and errors out, one module for each command."""
