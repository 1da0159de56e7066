"""The names of the settings that equations mention (η, μ, …), in every notation."""

from __future__ import annotations

from collections.abc import Collection

from nablastep.expressions import Symbol
from nablastep.records import record


@record()
class Setting:
    """One optimiser setting and how it is written."""

    name: str
    unicode: str
    latex: str
    spoken: str


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("learning_rate", "η", r"\eta", "the learning rate"),
        Setting("momentum", "μ", r"\mu", "the momentum"),
        Setting("decay", "ρ", r"\rho", "the decay"),
        Setting("beta1", "β₁", r"\beta_1", "beta one"),
        Setting("beta2", "β₂", r"\beta_2", "beta two"),
        Setting("epsilon", "ε", r"\varepsilon", "epsilon"),
        Setting("weight_decay", "λ", r"\lambda", "the weight decay"),
        Setting("t", "t", "t", "t"),
    )
}


_HIDDEN = "_setting"


def hidden_setting(name: str) -> str:
    """The id of a setting whose own name a quantity has."""
    return name + _HIDDEN


def setting_of(symbol: Symbol) -> Setting:
    """The setting that a symbol stands for."""
    return SETTINGS[symbol.base.removesuffix(_HIDDEN)]


def setting_named(name: str, quantities: Collection[str]) -> str | None:
    """The id of the setting of that name (its own, or that of a hidden one), if it is one."""
    bare = name.removesuffix(_HIDDEN)
    if bare not in SETTINGS:
        return None
    return hidden_setting(bare) if bare in quantities else bare


_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Phi Psi Omega"
)
GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΦΨΩ", strict=True))
"""Greek letters by the names that files and code use."""


def printed_base(symbol: Symbol) -> str:
    """The letter of a quantity."""
    if symbol.letter:
        return symbol.letter
    first, underscore, rest = symbol.base.partition("_")
    return GREEK.get(first, first) + underscore + rest
