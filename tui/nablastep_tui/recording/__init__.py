"""Recording and export: what was on screen, as cast, GIF, SVG, text frames and captions.

Owns the recording's data model, the capture of an app in virtual time, the live tee, and the exporters.
Knows Textual only in `capture`, `live_cast` and `virtual_time`, and nothing of networks, demos or this app's screens.
`virtual_time` can be imported before Textual is: call `pin_environment()` from it first.
"""
