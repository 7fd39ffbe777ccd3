"""The pages of the documentation, and what tests read in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
TUTORIAL = DOCS / "tutorial.md"
ADOPT = DOCS / "how-to" / "adopt.md"
OPERATE = DOCS / "how-to" / "operate.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(path: Path, heading: str = "") -> str:
    """Return what follows a heading up to the next one; without a heading, the whole page."""
    return re.split(r"^#+ ", read(path).partition(f"# {heading}\n")[2], flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row that begins with code."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("| ").split(" | ")] for line in lines]


def blocks(path: Path, *languages: str) -> list[str]:
    found = re.findall(r"^```(\S*)\n(.*?)^```$", read(path), flags=re.M | re.S)
    return [text for language, text in found if language in languages]
