"""What known biases are measured with: words that are exchanged while all else stays the same.

- `OCCUPATIONS`: words for people by what they do, none of which says whether it is a woman or a man.
- `NAMES`: ten full names each from four parts of the world, women's and men's in turn.
- `with_article(word)`: a word with *a* or *an*.
- `Bias`: one figure with its unit and what it means.
- `spread(leans, ...)`: mean and extremes of a figure over occupations.
"""

from typing import NamedTuple

from extras_and_licenses.kit.measures import mean

OCCUPATIONS = [
    "nurse",
    "doctor",
    "teacher",
    "engineer",
    "secretary",
    "carpenter",
    "librarian",
    "mechanic",
    "cleaner",
    "pilot",
    "hairdresser",
    "farmer",
    "baker",
    "lawyer",
    "dancer",
    "soldier",
    "cashier",
    "plumber",
    "writer",
    "scientist",
    "cook",
    "manager",
    "artist",
    "driver",
]

NAMES = {
    "Britain": [
        "Emma Clarke",
        "Oliver Hughes",
        "Charlotte Evans",
        "Harry Bennett",
        "Lucy Palmer",
        "George Walker",
        "Alice Morgan",
        "Thomas Reed",
        "Grace Cooper",
        "Daniel Foster",
    ],
    "Arab countries": [
        "Fatima Haddad",
        "Omar Khalil",
        "Layla Mansour",
        "Yusuf Nasser",
        "Amina Farouk",
        "Karim Saleh",
        "Nour Hamdan",
        "Tariq Aziz",
        "Salma Darwish",
        "Hassan Mahdi",
    ],
    "China": [
        "Li Na",
        "Wang Wei",
        "Zhang Min",
        "Chen Hao",
        "Xu Jing",
        "Zhao Jun",
        "Liu Fang",
        "Sun Peng",
        "Huang Mei",
        "Zhou Qiang",
    ],
    "West Africa": [
        "Chioma Okafor",
        "Kwame Mensah",
        "Ngozi Eze",
        "Emeka Obi",
        "Abena Boateng",
        "Kofi Asante",
        "Aminata Diallo",
        "Moussa Traoré",
        "Folake Adeyemi",
        "Sekou Touré",
    ],
}


def with_article(word: str) -> str:
    """A word with its article: "a nurse", "an engineer"."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


class Bias(NamedTuple):
    """One figure of paired prompts."""

    compared: str
    "What is compared, with the word that stands out where there is one."
    value: float
    unit: str
    meaning: str
    "One sentence that is true whatever the value."


def spread(leans: dict[str, float], compared: str, unit: str, meaning: str) -> list[Bias]:
    """Mean and extremes of a figure that grows from "she" to "he".

    Args:
        leans: the figure by occupation.
        compared: what the figure is.
        unit: its unit.
        meaning: what its mean tells, in one sentence.
    """
    low, high = min(leans, key=leans.__getitem__), max(leans, key=leans.__getitem__)
    return [
        Bias(f"{compared}, mean of {len(leans)} occupations", mean(leans.values()), unit, meaning),
        Bias(f"{compared}, lowest: {low}", leans[low], unit, "The occupation nearest to women."),
        Bias(f"{compared}, highest: {high}", leans[high], unit, "The occupation nearest to men."),
    ]
