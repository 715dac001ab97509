"""Writes docs/recipes.md and a page for each recipe from what the recipes say of themselves and what was measured.

python docs/make_recipe_pages.py
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sparring.cli.recipes import in_short, start, times, told
from sparring.play.optim import Optim
from sparring.recipes import RECIPES, Facts, Preset, Recipe
from sparring.recipes.measured import command, measurements
from sparring.settings import to_json
from sparring.techniques.settings import Techniques

HERE = Path(__file__).resolve().parent
INDEX = f"""# Recipes

`sparring recipes` shows this table, `sparring recipes NAME` one recipe with all its settings, and `sparring cite NAME`
the BibTeX of everything it is made of. Each has a `NAME-toy` that brings its data and trains on a CPU in under a
minute: `sparring train dcgan-toy`. Cost is the time for a real image of 32 pixels on a CPU, dcgan's being 1; (GPU) asks
for a graphics card above 32 pixels. `{command()}` measures costs and toys, and
`python docs/make_recipe_pages.py` writes these pages.
"""


def pages() -> dict[Path, str]:
    """Every page by its path below docs/."""
    listed = {name: preset for name, preset in RECIPES.loaded().items() if preset.toy}
    return {Path("recipes.md"): index(listed)} | {Path("recipes", f"{n}.md"): page(n, p) for n, p in listed.items()}


def index(listed: Mapping[str, Preset]) -> str:
    parts = [INDEX]
    for family in dict.fromkeys(preset.family for preset in listed.values()):
        rows = ["| recipe | what it is | needs | cost | when to use it |", "|---|---|---|---:|---|"]
        for name, preset in listed.items():
            if preset.family == family:
                link, cost = f"[{name}](recipes/{name}.md)", times(measurements(name).cost)
                rows.append(f"| {link} | {preset.line} | {in_short(preset.needs)} | {cost} | {preset.when} |")
        parts.append("\n".join([f"## {family.capitalize()}", *rows, ""]))
    return "\n".join(parts)


def page(name: str, preset: Preset) -> str:
    """One recipe's page."""
    facts = dict(told(name, preset))
    toy = RECIPES[f"{name}-toy"]
    facts["paper"] = (
        f"{preset.paper}. BibTeX key `{preset.cite}`; `sparring cite {name}` prints it and what it builds on"
    )
    facts["toy"] = toy.line
    del facts["what"], facts["start"]
    lines = [
        textwrap.fill(f"- **{title.capitalize()}**: {text}.", 120, subsequent_indent="  ", break_long_words=False)
        for title, text in facts.items()
    ]
    bullets, settings = "\n".join(lines), "\n".join(changes(preset.make(Facts())))
    commands = f"{start(name)}\n{start(f'{name}-toy')}\n{command()} --only {name}  # measures cost and toy"
    return f"""# {name}

{preset.line[0].upper()}{preset.line[1:]}.

{bullets}

```
{commands}
```

What differs from the defaults, for colour images of 64 pixels, as `--set` takes it:
```
{settings}
```
"""


def changes(recipe: Recipe) -> Iterator[str]:
    """`path=value` of every setting that is not its kind's default, and of all kinds."""
    usual = leaves(to_json(plain(recipe)))
    for path, value in leaves(to_json(recipe)).items():
        if value != usual[path] or (path.endswith(".kind") and value != "none"):
            value = float(f"{value:.6g}") if isinstance(value, float) else value
            yield f"{path}={value if isinstance(value, str) else json.dumps(value)}"


def plain(recipe: Recipe) -> Recipe:
    """The same kinds of networks, game and augmentation, and nothing else set."""
    return Recipe(
        name=recipe.name,
        networks={role: type(network)() for role, network in recipe.networks.items()},
        game=type(recipe.game)(),
        optims=dict.fromkeys(recipe.optims, Optim()),
        techniques=replace(Techniques(), augment=type(recipe.techniques.augment)()),
    )


def leaves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every setting by its path."""
    found = dict[str, Any]()
    for name, value in tree.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def main() -> None:
    for path, text in pages().items():
        (HERE / path).parent.mkdir(exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
