"""The demo language: a file of commands with narration and expectations, read and printed without a terminal.

`language` holds the statements, `script` a file and a whole demo; `lexer`, `grammar` and `parser` read, `loader`
follows includes, `checker` checks ids and indices against a network's `vocabulary`, `formatter` prints. Nothing here
runs code, opens a terminal or writes a file.
"""
