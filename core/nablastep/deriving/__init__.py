"""The derivative of one expression, with the derivation: no network, no session.

An expression is read (`kinds`, `reading`), differentiated and proved on numbers (`derivation`), written as a textbook
writes it (`textbook`), and printed (`documents`, `programs`).
"""
