"""Which optimiser trains a network, and with which settings.

Owns the names of the optimisers, the settings that apply to each and their defaults, which are PyTorch's.
Knows no update rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nablastep.field_checks import FieldError, choice, finite_number, text, unknown_key
from nablastep.records import record

# https://pytorch.org/docs/stable/optim.html; momentum itself has no useful default there, 0.9 is the usual value.
DEFAULTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "sgd": {"learning_rate": 1e-3, "weight_decay": 0.0},
        "momentum": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
        "nesterov": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
        "rmsprop": {"learning_rate": 1e-2, "decay": 0.99, "epsilon": 1e-8, "weight_decay": 0.0},
        "adam": {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0},
        "adamw": {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    }
)
OPTIMIZER_NAMES = tuple(DEFAULTS)
SETTING_NAMES = ("learning_rate", "momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay")
BELOW_ONE = frozenset({"momentum", "decay", "beta1", "beta2"})


@record()
class OptimizerSettings:
    """An optimiser and its settings; a setting that does not apply to it is None.

    Left out, a setting has PyTorch's default. A learning rate that is a text is a formula in t, the number of the
    iteration: then `schedule` is that text, and `learning_rate` its value in iteration 1.
    Raises NetworkError for an unknown optimiser, a setting that does not apply to it, and a number out of range.
    """

    name: str
    learning_rate: float
    momentum: float | None
    decay: float | None
    beta1: float | None
    beta2: float | None
    epsilon: float | None
    weight_decay: float
    schedule: str

    def __init__(
        self,
        name: str = "sgd",
        learning_rate: float | str | None = None,
        momentum: float | None = None,
        decay: float | None = None,
        beta1: float | None = None,
        beta2: float | None = None,
        epsilon: float | None = None,
        weight_decay: float | None = None,
        schedule: str = "",
    ) -> None:
        if isinstance(learning_rate, str):
            schedule = text(learning_rate, ("learning_rate",))
        if schedule:
            learning_rate = _first_of(schedule)
        object.__setattr__(self, "schedule", schedule)
        given = (learning_rate, momentum, decay, beta1, beta2, epsilon, weight_decay)
        object.__setattr__(self, "name", choice(name, OPTIMIZER_NAMES, ("name",)))
        for setting, value in zip(SETTING_NAMES, given, strict=True):
            object.__setattr__(self, setting, _setting(name, setting, value))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> OptimizerSettings:
        """Settings from a table with the key `name` (default sgd) and the settings that apply to it."""
        known = ("name", *SETTING_NAMES)
        for key in mapping:
            if key not in known:
                raise unknown_key(key, known)
        return cls(**mapping)  # type: ignore[arg-type]  # each value is checked on construction

    def rate(self, iteration: int) -> float:
        """The learning rate in an iteration."""
        if not self.schedule:
            return self.learning_rate
        from nablastep.schedule import rate_at, schedule_expression

        return rate_at(schedule_expression(self.schedule), iteration)

    @property
    def values(self) -> dict[str, float]:
        """The settings that apply to this optimiser, with their values."""
        return {setting: getattr(self, setting) for setting in DEFAULTS[self.name]}


def _first_of(schedule: str) -> float:
    # Only who has a schedule waits for the reader of formulas.
    from nablastep.schedule import rate_at, schedule_expression

    return rate_at(schedule_expression(schedule), 1)


def _setting(optimizer: str, setting: str, value: object) -> float | None:
    default = DEFAULTS[optimizer].get(setting)
    if default is None and value is not None:
        applying = ", ".join(DEFAULTS[optimizer])
        raise FieldError(f"does not apply to {optimizer}, whose settings are {applying}", (setting,))
    if value is None:
        return default
    if setting in BELOW_ONE:
        return finite_number(value, (setting,), below=1.0)
    return finite_number(value, (setting,))
