"""What notebooks ask an object for. How it looks is the matter of `displays`, which is loaded when a notebook asks."""

from __future__ import annotations


class Displayed:
    """An object that a notebook shows as HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from nablastep.displays import html_of

        return html_of(self)


class DisplayedEquation(Displayed):
    """An object that is an equation: shown as HTML, and as LaTeX where somebody wants that."""

    __slots__ = ()

    def _repr_latex_(self) -> str:
        from nablastep.displays import latex_of

        return f"${latex_of(self)}$"
