"""Submissions that attack the grader, each with what must come of it.

- `workbook`: the small assignment that they attack, and what an attack writes on.
- `resources`: takes time, memory, processes, disk, or output without end.
- `escapes`: looks for a way out of the sandbox, or into it for somebody else.
- `cheating`: wrong answers that want points.
- `files`: what is handed in is no proper notebook.
- `pages`: scripts for whoever reads the feedback.
"""

from tests.attacks import cheating, escapes, files, pages, resources
from tests.attacks.workbook import ATTACKS, Attack, Workbook

__all__ = ["ATTACKS", "Attack", "Workbook", "cheating", "escapes", "files", "pages", "resources"]
