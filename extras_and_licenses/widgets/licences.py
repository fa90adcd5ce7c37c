"""The checkpoint behind a role, its size and licence.

- `licence_explorer()`: choose a role and a profile.
- `licence_picture(role, profile)`: the sizes of all checkpoints, with one marked.
"""

import ipywidgets
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from extras_and_licenses.checkpoints import table
from extras_and_licenses.plots import PALETTE
from extras_and_licenses.widgets.explorer import Explorer


def licence_picture(role: str, profile: str) -> tuple[Figure, str]:
    """The size of every checkpoint of a profile, with one role marked and its licence in the title.

    Args:
        role: a role of the profile.
        profile: `"kit"` or `"hub"`.

    Raises:
        ValueError: the profile has no such role.
    """
    rows = {row.role: row for row in table(profile)}
    if role not in rows:
        raise ValueError(f"The profile {profile!r} has no checkpoint for {role!r}. Choose another role.")
    chosen = rows[role]
    figure, ax = plt.subplots()
    colours = [PALETTE["vermilion"] if name == role else PALETTE["sky"] for name in rows]
    labels = [f"{name} ◀" if name == role else name for name in rows]
    ax.barh(labels, [row.size_bytes / 1e6 for row in rows.values()], color=colours)
    ax.invert_yaxis()
    ax.set(xlabel="size on disk in MB", title=f"{chosen.name}: {chosen.licence}")
    size = f"{chosen.size_bytes / 1e6:,.0f} MB"
    return figure, f"{role} in the profile {profile} is {chosen.name}, {size}, licence {chosen.licence}."


def licence_explorer() -> Explorer:
    """Choose a role and a profile, see which checkpoint it is, how large, and its licence."""
    roles = list(dict.fromkeys(row.role for profile in ("kit", "hub") for row in table(profile)))
    controls = {
        "role": ipywidgets.Dropdown(options=roles, description="Role"),
        "profile": ipywidgets.Dropdown(options=["kit", "hub"], description="Profile"),
    }
    return Explorer("Which checkpoint, which licence", controls, draw=licence_picture)
