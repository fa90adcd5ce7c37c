"""`Unsolved` says its name in one line, and `expect` tells same from different and says what was expected and what came."""

import math
import re

import numpy
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from extras_and_licenses.exercises import Unsolved, expect


def message(found, expected, **options) -> str:
    with pytest.raises(AssertionError) as error:
        expect(found, expected, "f(1)", **options)
    return str(error.value)


def test_an_unsolved_function_names_itself():
    def span_search():
        raise Unsolved()

    with pytest.raises(Unsolved, match=r"^span_search is not solved yet: write your code in place of"):
        span_search()


def test_a_notebook_shows_an_unsolved_exercise_as_one_line(capsys):
    shell = InteractiveShell()
    shell.run_cell(
        "from extras_and_licenses.exercises import Unsolved\ndef trace():\n    raise Unsolved()\ntrace()"
    )
    shown = capsys.readouterr()
    assert re.fullmatch(r"trace is not solved yet: .*\n", shown.out + shown.err)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (3, 3),
        (3.0, 3),
        (0.50004, 0.5),
        (1000.5, 1000.0),
        ("a", "a"),
        (None, None),
        (True, True),
        (math.inf, math.inf),
        (math.nan, math.nan),
        ((1, 2), [1, 2]),
        (torch.tensor([1, 2]), [1, 2]),
        ([torch.tensor(1.0), numpy.float32(2)], (1.0, 2.0)),
        (numpy.array([[1.0], [2.0]]), torch.tensor([[1.0], [2.0]])),
        ({"b": [1.0], "a": (2,)}, {"a": [2], "b": torch.tensor([1.0])}),
        ({1, 2}, frozenset({2, 1})),
        ([], ()),
    ],
)
def test_the_same_values_in_other_clothes_are_the_same(found, expected):
    expect(found, expected, "f(1)")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (4, 3),
        (1001, 1000),
        (0.502, 0.5),
        (True, 1),
        (1, True),
        ("3", 3),
        (None, 0),
        (None, []),
        ([1, 2, 3], [1, 2]),
        ([[1, 2]], [1, 2]),
        ([2, 1], [1, 2]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, [("a", 1)]),
        ("ab", ["a", "b"]),
        ({1}, {1, 2}),
        (math.nan, 1.0),
        (b"a", "a"),
    ],
)
def test_other_values_are_different(found, expected):
    assert "expected" in message(found, expected)


def test_a_message_says_what_was_expected_and_what_came():
    assert message(4, 3) == "f(1): expected 3, got 4"
    assert message("x", "y") == "f(1): expected 'y', got 'x'"
    assert message([1], [1, 2]) == "f(1): expected 2 items, [1, 2], got 1, [1]"
    assert message({"a": 1}, {"b": 1}) == "f(1): expected the keys ['b'], got the keys ['a']"


def test_a_message_names_the_place_in_a_nested_result():
    assert message({"a": [(1, 2.0)]}, {"a": [(1, 3.0)]}) == "f(1)['a'][0][1]: expected 3.0, got 2.0"


def test_a_long_value_is_cut_in_a_message():
    assert len(message(list(range(5000)), [1])) < 400


def test_the_tolerance_can_be_set():
    expect(1.4, 1.0, "f(1)", tolerance=0.5)
    assert "expected 1.0" in message(1.0005, 1.0, tolerance=1e-6)


def test_ints_are_compared_exactly_whatever_the_tolerance():
    assert message(10_001, 10_000, tolerance=0.5) == "f(1): expected 10000, got 10001"
