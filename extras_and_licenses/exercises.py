"""What the exercises of a notebook import.

- `Unsolved`: what an exercise raises until it is solved; a notebook shows it as one line.
- `expect(found, expected, what)`: the check of the exercises' tests, whose message says what was expected and what came.
"""

import math
import sys
from collections.abc import Mapping, Sequence, Set
from typing import Any

TOLERANCE = 1e-3
LONGEST = 200  # characters of a value in a message


class Unsolved(NotImplementedError):
    """Stands where a student's own code goes: `raise Unsolved()`.

    Args:
        function: the function that waits for its code; the one that raises, where none is named.
    """

    def __init__(self, function: str | None = None):
        self.function = function or sys._getframe(1).f_code.co_name
        super().__init__(self.function)

    def __str__(self) -> str:
        return f"{self.function} is not solved yet: write your code in place of `raise Unsolved()`."

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def expect(found: Any, expected: Any, what: str, tolerance: float = TOLERANCE) -> None:
    """Check a result, and say what was expected and what came where they differ.

    Floats are the same within the tolerance. Tensors, arrays, tuples and lists count as lists, so that a
    result may be any of them.

    Args:
        found: what the student's function gave.
        expected: what it should have given, built from the same kinds of values.
        what: words that name the result, such as `trace("Say [MASK]!")`.
        tolerance: largest difference of two floats, absolute or relative to the expected one.

    Raises:
        AssertionError: with one sentence, which names the place in a nested result.
    """
    difference = _difference(_plain(found), _plain(expected), what, tolerance)
    if difference:
        raise AssertionError(difference)


def _plain(value: Any) -> Any:
    """Tensors and arrays as nested lists, and their numbers as Python's."""
    return value.tolist() if hasattr(value, "tolist") else value


def _difference(found: Any, expected: Any, what: str, tolerance: float) -> str | None:
    """The first difference as a sentence, or None."""
    found, expected = _plain(found), _plain(expected)
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        if found.keys() != expected.keys():
            return f"{what}: expected the keys {_shown(list(expected))}, got the keys {_shown(list(found))}"
        parts = [(found[key], expected[key], f"{what}[{key!r}]") for key in expected]
        return next(filter(None, (_difference(*part, tolerance) for part in parts)), None)
    if _is_list(expected) and _is_list(found):
        if len(found) != len(expected):
            return (
                f"{what}: expected {len(expected)} items, {_shown(expected)}, "
                f"got {len(found)}, {_shown(found)}"
            )
        pairs = enumerate(zip(found, expected, strict=True))
        parts = [(*pair, f"{what}[{place}]") for place, pair in pairs]
        return next(filter(None, (_difference(*part, tolerance) for part in parts)), None)
    same = _same(found, expected, tolerance)
    return None if same else f"{what}: expected {_shown(expected)}, got {_shown(found)}"


def _same(found: Any, expected: Any, tolerance: float) -> bool:
    """Whether two values that hold no others are the same."""
    if _is_number(expected) and _is_number(found) and float in (type(expected), type(found)):
        both_undefined = math.isnan(found) and math.isnan(expected)
        return both_undefined or math.isclose(found, expected, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(expected, bool) != isinstance(found, bool):
        return False
    kind = Set if isinstance(expected, Set) else type(expected)
    return isinstance(found, kind) and found == expected


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
