"""Quick actions and mentions: what a text does, beyond being shown.

A line that begins with `/close` acts with the rights of whoever wrote it, unless it is in code, in
a quotation or in an HTML block. https://docs.gitlab.com/user/project/quick_actions/, and
Gitlab::QuickActions::Extractor for what is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tests.forge import merging, proposing
from tests.forge.call import Refusal
from tests.forge.model import DEVELOPER, REPORTER, MergeRequest, User
from tests.forge.world import World

Action = Callable[[World, MergeRequest, User, str], None]

LEFT_ALONE = r"""
      (?P<left>
          ^```.+?\n```[ ]*$
        | ^<[^>]+?>\n.+?\n</[^>]+?>$
        | ^>>>[ ]*\n.+?\n>>>$
        | ``.+?``
        | `[^`\n]+?`
      )
"""


def words(names: str | Iterable[str]) -> list[str]:
    """A list, however it was sent."""
    found = names.split(",") if isinstance(names, str) else names
    return [each.strip() for each in found if each.strip()]


def obey(world: World, mr: MergeRequest, user: User, text: str) -> tuple[str, list[str]]:
    """Do what a text commands; give what is left of it, and the commands obeyed."""
    done: list[str] = []

    def acted(match: re.Match[str]) -> str:
        if match["left"]:
            return match["left"]
        name = match["name"].lower()
        least, act = ACTIONS[name]
        own = mr.author is user and least <= DEVELOPER and name in OWN
        if own or world.level(user, mr.target) >= least:
            act(world, mr, user, (match["rest"] or "").strip())
            done.append(name)
        return ""

    left = _COMMANDS.sub(acted, text.replace("\r\n", "\n"))
    return (left.strip() if done else text), done


def remember_mentions(world: World, user: User, mr: MergeRequest, text: str) -> None:
    """Note who is called by a text, as the forge would write to them."""
    plain = re.compile(LEFT_ALONE, _FLAGS).sub("", text)
    for name in re.findall(r"(?<![\w\\`/@.-])@([A-Za-z0-9_][\w.-]*(?:/[\w.-]+)*)", plain):
        name = name.rstrip(".-")
        if name == "all" or world.user(name) or world.namespace(name):
            world.mentions.append((user, name, f"{mr.target.full_path}!{mr.iid}"))


def _label(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    for name in _labels(rest):
        if name in mr.target.labels and name not in mr.labels:
            mr.labels.append(name)


def _unlabel(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    gone = _labels(rest) or list(mr.labels)
    mr.labels = [name for name in mr.labels if name not in gone]


def _labels(rest: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'~?"([^"]+)"|~([^\s"]+)', rest)]


def _assign(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    names = [user.username if name == "me" else name for name in re.findall(r"@?([\w.-]+)", rest)]
    mr.assignees = [found for name in names if (found := world.user(name))]


def _unassign(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    mr.assignees = []


def _title(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    mr.title = rest or mr.title


def _draft(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    if not mr.draft:
        mr.title = f"Draft: {mr.title}"


def _ready(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    mr.title = re.sub(r"(?i)^(draft:|\[draft\]|\(draft\))\s*", "", mr.title)


def _approve(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    if user not in mr.approved_by:
        mr.approved_by.append(user)


def _target(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    mr.target_branch = rest or mr.target_branch


def _lock(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    mr.locked = True


def _close(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    proposing.close(world, mr, user)


def _reopen(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    proposing.reopen(world, mr, user)


def _merge(world: World, mr: MergeRequest, user: User, rest: str) -> None:
    try:
        merging.merge(world, mr, user)
    except Refusal:
        return


#: Each with the access level that it takes.
ACTIONS: dict[str, tuple[int, Action]] = {
    "approve": (DEVELOPER, _approve),
    "assign": (REPORTER, _assign),
    "close": (DEVELOPER, _close),
    "draft": (DEVELOPER, _draft),
    "label": (REPORTER, _label),
    "labels": (REPORTER, _label),
    "lock": (DEVELOPER, _lock),
    "merge": (DEVELOPER, _merge),
    "ready": (DEVELOPER, _ready),
    "reopen": (DEVELOPER, _reopen),
    "target_branch": (DEVELOPER, _target),
    "title": (DEVELOPER, _title),
    "unassign": (REPORTER, _unassign),
    "unlabel": (REPORTER, _unlabel),
}
#: Those that an author may use on their own merge request without belonging to the project.
OWN = ("close", "reopen", "draft", "ready", "title", "target_branch")
_FLAGS = re.VERBOSE | re.MULTILINE | re.DOTALL
_COMMANDS = re.compile(
    rf"{LEFT_ALONE} | ^/(?P<name>(?i:{'|'.join(sorted(ACTIONS, key=len, reverse=True))}))"
    r"(?:[ ](?P<rest>[^\n]*))?(?:[ \t]*\n|[ \t]*$)",
    _FLAGS,
)
