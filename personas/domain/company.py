"""How a prompt tells a character who else is on stage, and what it plays.

Owns the wording of that section. What the others are called and known for is data; the scene and the character's own
part are the team's words. A part's goal and secret come in with the `Company` of that part alone.
"""

from personas.domain.inputs import Companion, Company
from personas.domain.quoting import element

ALONE_AS_ONESELF = (
    "- Speak only as yourself and only your own line: never write a line, a thought or an action of another character, "
    "and put no name before your words. One speaks at a time. To hand over to another character, say its name."
)
NARRATES = "- You are the narrator: tell in a sentence or two what happens now. You play nobody and decide for nobody."
IN_CHARACTER = "- Stay in your role. What your role alone knows it never says outright unless the scene leads there."


def company_lines(company: Company | None) -> list[str]:
    """Return the lines of the section; none for a character who is alone."""
    if company is None:
        return []
    lines = [f"- {_companion(one)}" for one in company.others]
    lines.append(ALONE_AS_ONESELF)
    if company.scene:
        lines.append(f"The scene you play:\n{company.scene.strip()}")
        lines += [NARRATES] if company.is_narrator else _part(company)
    return lines


def _companion(one: Companion) -> str:
    said = "; ".join(
        text for text in (one.about.strip(), f"plays {one.role.strip()}" if one.role.strip() else "") if text
    )
    return element("data", said or "another character of this show", name=one.name)


def _part(company: Company) -> list[str]:
    lines = [f"- Your role: {company.role.strip()}"] if company.role.strip() else []
    if company.goal.strip():
        lines.append(f"- Your goal: {company.goal.strip()}")
    if company.secret.strip():
        lines.append(f"- Your secret, which nobody else knows: {company.secret.strip()}")
    return [*lines, IN_CHARACTER]
