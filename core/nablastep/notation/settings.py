"""The names of the settings that equations mention (η, μ, …), in every notation."""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.expressions import Symbol


@dataclass(frozen=True)
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


def printed_base(symbol: Symbol) -> str:
    """The letter of a quantity."""
    return symbol.letter or symbol.base
