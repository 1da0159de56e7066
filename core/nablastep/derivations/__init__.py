"""Why each backward equation has its form: derivations by rules, evaluated line by line on the user's own numbers."""
