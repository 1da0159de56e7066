"""A network or a demo as one self-contained HTML page that readers step through.

The page is data and three readable files, `page.html`, `page.css` and `page.js`, that draw it. Nothing here computes:
equations, numbers, sentences and derivations are asked of a session standing at each moment.
"""
