"""What click says by itself, in French: it has no translation of its own.

It asks gettext for each of its sentences under the name `_`; here is what it gets instead.
"""

from __future__ import annotations

import gettext
import sys

SENTENCES = {
    "Usage:": "Usage\u00a0:",
    "Options": "Options",
    "Commands": "Commandes",
    "Positional arguments": "Arguments",
    "Show this message and exit.": "Affiche cette aide.",
    "Show the version and exit.": "Affiche la version.",
    "%(prog)s, version %(version)s": "%(prog)s, version %(version)s",
    "env var: {var}": "variable\u00a0: {var}",
    "default: {default}": "par défaut\u00a0: {default}",
    "required": "obligatoire",
    "Error: {message}": "Erreur\u00a0: {message}",
    "Try '{command} {option}' for help.": "Pour de l’aide\u00a0: {command} {option}",
    "Aborted!": "Interrompu.",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque l’argument",
    "Missing option": "Il manque l’option",
    "Missing parameter": "Il manque le paramètre",
    "Choose from:\n\t{choices}": "Choisissez parmi\u00a0:\n\t{choices}",
    "No such command {name!r}.": "La commande «\u00a0{name}\u00a0» n’existe pas.",
    "No such option {name!r}.": "L’option «\u00a0{name}\u00a0» n’existe pas.",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility}\u202f?",
    "(Did you mean one of: {possibilities}?)": "Vouliez-vous dire {possibilities}\u202f?",
    "Invalid value: {message}": "Valeur refusée\u00a0: {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint}\u00a0: {message}",
    "Got unexpected extra argument ({args})": "Argument en trop\u00a0: {args}",
    "Got unexpected extra arguments ({args})": "Arguments en trop\u00a0: {args}",
    "Option {name!r} does not take a value.": "L’option «\u00a0{name}\u00a0» ne prend pas de valeur.",
    "Option {name!r} requires an argument.": "L’option «\u00a0{name}\u00a0» demande une valeur.",
    "{value!r} is not {choice}.": "«\u00a0{value}\u00a0» n’est pas {choice}.",
    "{value!r} is not one of {choices}.": "«\u00a0{value}\u00a0» n’est pas l’un de {choices}.",
    "{value!r} is not a valid {number_type}.": "«\u00a0{value}\u00a0» n’est pas un nombre.",
    "{value} is not in the range {range}.": "{value} n’est pas dans l’intervalle {range}.",
    "{name} {filename!r} does not exist.": "{name} «\u00a0{filename}\u00a0» n’existe pas.",
    "{name} {filename!r} is a file.": "{name} «\u00a0{filename}\u00a0» est un fichier.",
    "{name} {filename!r} is a directory.": "{name} «\u00a0{filename}\u00a0» est un dossier.",
    "{name} {filename!r} is not readable.": "{name} «\u00a0{filename}\u00a0» ne peut être lu.",
    "{name} {filename!r} is not writable.": "{name} «\u00a0{filename}\u00a0» ne peut être écrit.",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
}


def translate() -> None:
    """Have the modules of click that are loaded say these sentences. Others stay in English."""
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == "click":
            for asked, answer in ((gettext.gettext, said), (gettext.ngettext, counted)):
                for alias in [key for key, value in vars(module).items() if value is asked]:
                    setattr(module, alias, answer)


def said(sentence: str) -> str:
    return SENTENCES.get(sentence, sentence)


def counted(one: str, several: str, count: int) -> str:
    return said(one if count <= 1 else several)
