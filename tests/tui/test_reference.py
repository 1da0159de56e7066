"""What editors and readers get: the schema of network files, the lexer of demos, the man page and the API page."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pygments.token import Comment, Error, Keyword, Number, String

import nablastep as ns
from nablastep.files.network_file import NETWORK_KEYS
from nablastep.files.schema import network_schema
from nablastep_tui.cli.main import COMMANDS, main
from nablastep_tui.demo_lexer import VERBS, DemoLexer

ROOT = Path(__file__).parents[2]
NETWORKS = sorted([*ROOT.glob("demos/**/*.toml"), *ROOT.glob("tests/oracle/*.toml")])
DEMOS = sorted(ROOT.glob("demos/**/*.demo"))


def mistakes(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What is wrong with a value, by the few words that the schema uses."""
    kinds: dict[str, Callable[[Any], bool]] = {
        "object": lambda v: isinstance(v, dict),
        "array": lambda v: isinstance(v, list),
        "string": lambda v: isinstance(v, str),
        "boolean": lambda v: isinstance(v, bool),
        "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
        "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    }
    found = []
    if "anyOf" in schema and all(mistakes(value, each, place) for each in schema["anyOf"]):
        found.append(f"{place}: none of {len(schema['anyOf'])}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is none of {schema['enum']}")
    if "type" in schema and not kinds[schema["type"]](value):
        return [*found, f"{place}: no {schema['type']}"]
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        found += [f"{place}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        for key, inner in value.items():
            if key not in properties and others is False:
                found.append(f"{place}: {key} is unknown")
            else:
                found += mistakes(inner, properties.get(key, others), f"{place}.{key}")
    if isinstance(value, list):
        found += [f"{place}: too short"] if len(value) < schema.get("minItems", 0) else []
        for entry in value:
            found += mistakes(entry, schema.get("items", {}), f"{place}[]")
    return found


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_schema_takes_every_network_file_that_opens(path: Path) -> None:
    assert mistakes(tomllib.loads(path.read_text(encoding="utf-8")), network_schema()) == []


@pytest.mark.parametrize(
    "text",
    [
        'x = [[1.0]]\ny = [[1.0]]\nloss = "halb"\n[[layers]]\nactivation = "tanh"\nunits = 1\n',
        'x = [[1.0]]\ny = [[1.0]]\nloss = "huber"\n[[layers]]\nactivation = "tanh"\nunit = 1\n',
        'x = [[1.0]]\ny = [[1.0]]\nloss = "huber"\n[[layers]]\nunits = 1\n',
        'x = { file = "a.npz", nme = "b" }\ny = [[1.0]]\nloss = "huber"\n[[layers]]\nactivation = "tanh"\nunits = 1\n',
        'x = [[1.0]]\ny = [[1.0]]\nloss = "huber"\n',
        'equations = "E = 1"\n[optimizer]\nname = "adam"\nbeta3 = 0.5\n',
    ],
)
def test_the_schema_refuses_what_the_program_refuses(text: str, tmp_path: Path) -> None:
    assert mistakes(tomllib.loads(text), network_schema()) != []
    (tmp_path / "net.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ns.NablastepError):
        ns.Network.from_file(tmp_path / "net.toml")


def test_the_schema_knows_every_key_and_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == network_schema()
    assert set(printed["properties"]) == set(NETWORK_KEYS)
    assert all(printed["properties"].values())


@pytest.mark.parametrize("path", DEMOS, ids=lambda path: path.stem)
def test_the_lexer_reads_every_demo(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = list(DemoLexer().get_tokens(text))
    assert not [value for kind, value in tokens if kind in Error]
    assert "".join(value for _, value in tokens) == text
    keywords = [value for kind, value in tokens if kind is Keyword]
    lines = [line for line in text.splitlines() if line and line[0] not in "# \t"]
    assert keywords == [line.split()[0] for line in lines]


def test_the_lexer_tells_verbs_texts_numbers_and_comments() -> None:
    found = list(DemoLexer().get_tokens('set W1[0,1] = -0.25  # an edit\nsay "why \\"so\\""\n'))
    assert {"set", "say", "expect", "why", "include", "goto"} <= VERBS
    assert (Keyword, "set") in found
    assert (Number, "-0.25") in found
    assert (Comment.Single, "# an edit") in found
    assert (String.Escape, '\\"') in found


def reference() -> Any:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_man_page_has_every_command() -> None:
    kept = (ROOT / "docs" / "nablastep.1").read_text(encoding="utf-8")
    for page in (kept, reference().man_page()):
        headings = [line.removeprefix(".SS nablastep ") for line in page.splitlines() if line.startswith(".SS ")]
        assert page.startswith(".TH NABLASTEP 1")
        assert not [line for line in page.splitlines() if line.startswith(("'", "..."))]
        assert set(headings) <= set(COMMANDS)
    assert headings == list(COMMANDS)


def test_the_api_page_has_every_public_name() -> None:
    page = reference().python_api()
    assert all(f"## {name}\n" in page for name in dir(ns) if not name.startswith("__"))
    assert "Raises" in page
