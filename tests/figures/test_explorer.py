"""Every explorer has controls with names, answers them, and turns what goes wrong into a sentence."""

import threading
from functools import partial

import ipywidgets
import pytest
from matplotlib import pyplot as plt

from extras_and_licenses.checkpoints import table
from extras_and_licenses.widgets import Explorer, licence_explorer
from extras_and_licenses.widgets.explorer import check_room, number_field, text_field
from extras_and_licenses.widgets.licences import licence_picture


def squared(x):
    if x > 9:
        raise ValueError("x is <b>large</b>. Choose up to 9.")
    figure, axes = plt.subplots()
    axes.plot([0, x], [0, x * x])
    return figure, f'"{x} squared" is {x * x}.'


@pytest.fixture
def explorer():
    return Explorer("Square", {"x": number_field(2, 0, 20, "x")}, squared)


def test_an_answer_is_a_picture_with_its_alternative_text_and_leaves_no_figure_open(explorer):
    assert explorer.alt == '"2 squared" is 4.'
    assert 'alt="&quot;2 squared&quot; is 4."' in explorer.answer.value
    assert plt.get_fignums() == []
    explorer.controls["x"].value = 3
    assert explorer.alt == '"3 squared" is 9.'


def test_what_goes_wrong_is_a_sentence_that_a_screen_reader_announces(explorer):
    explorer.controls["x"].value = 10
    assert explorer.answer.value.startswith('<p role="alert"')
    assert explorer.answer.value.endswith(">x is &lt;b&gt;large&lt;/b&gt;. Choose up to 9.</p>")
    assert set(explorer._repr_mimebundle_()) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_a_slow_answer_does_not_replace_that_to_a_later_change():
    begun, go_on = threading.Event(), threading.Event()

    def draw(x):
        if x == 3:
            begun.set()
            go_on.wait(10)
        return squared(x)

    explorer = Explorer("Slow", {"x": number_field(2, 0, 20, "x")}, draw)
    change = partial(setattr, explorer.controls["x"], "value")
    slow, later = threading.Thread(target=change, args=[3]), threading.Thread(target=change, args=[4])
    slow.start()
    begun.wait(10)
    later.start()
    later.join(0.3)
    go_on.set()
    slow.join()
    later.join()
    assert explorer.alt == '"4 squared" is 16.'
    assert "4 squared" in explorer.answer.value


def test_controls_answer_when_the_reader_has_finished_typing():
    control = text_field("tea", "Text")
    Explorer("Length", {"x": control}, lambda x: squared(len(x)))
    assert control.continuous_update is False


def test_a_text_field_has_as_many_rows_as_it_needs():
    assert isinstance(text_field("tea", "Text"), ipywidgets.Text)
    assert text_field("tea", "Text", rows=4).rows == 4


def test_a_number_field_holds_whole_numbers_or_fractions_within_its_bounds():
    whole, fraction = number_field(5, 1, 15, "top_k"), number_field(0.9, 0.05, 1.0, "top-p", step=0.05)
    whole.value, fraction.value = 99, 0.0
    assert (whole.value, fraction.value, fraction.step) == (15, 0.05, 0.05)


def test_check_room_lets_a_text_pass_that_just_fits():
    check_room("text", 24, 24)
    with pytest.raises(ValueError, match=r"has 25 tokens and the picture has room for 24\. Shorten the text"):
        check_room("text", 25, 24)


def test_licence_explorer_gives_size_and_licence_of_the_role_and_answers_a_missing_one_with_a_sentence():
    explorer = licence_explorer()
    for row in table("hub"):
        explorer.controls["profile"].value = "hub"
        explorer.controls["role"].value = row.role
        assert row.name in explorer.alt
        assert explorer.alt.endswith(f"licence {row.licence}.")
    with pytest.raises(ValueError, match=r"'kit' has no checkpoint for 'poetry'\. Choose another"):
        licence_picture("poetry", "kit")
