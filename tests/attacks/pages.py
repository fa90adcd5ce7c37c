"""Scripts for whoever reads the feedback, or grades by hand."""

from nbformat.v4 import new_markdown_cell, new_raw_cell

from tests.attacks.workbook import Workbook, attack

SCRIPT = "<script>alert('from a student')</script>"
LIVE = ("<script>alert", "onerror=", "javascript:")


@attack(4, "An answer with")
def script_in_an_answer(book: Workbook):
    book.known("ex-why-answer").source = f"""An answer with {SCRIPT}
<img src=x onerror="alert(1)"> <svg/onload=alert(1)> <a href="javascript:alert(1)">here</a>
[link](javascript:alert(1)) [other][ref] ![picture](http://example.org/track.png "x" onerror=alert(1))
<iframe srcdoc="{SCRIPT}"></iframe> <javascript:alert(1)> $\\href{{javascript:alert(1)}}{{x}}$

[ref]: javascript:alert(1)
"""


@attack(4, "from a student")
def script_in_text(book: Workbook):
    book.notebook.cells.insert(
        0, new_markdown_cell(f"# A title {SCRIPT}\n\n<details ontoggle=alert(1) open>x</details>")
    )
    book.notebook.cells.append(
        new_raw_cell(SCRIPT, metadata={"raw_mimetype": "text/html", "format": "text/html"})
    )


@attack(4)
def script_in_outputs(book: Workbook):
    book.insert(f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
script = {SCRIPT!r}
display(HTML(script), Javascript("alert('from a student')"), Latex(script), Markdown(script))
display({{"image/svg+xml": f"<svg onload='alert(1)'>{{script}}</svg>"}}, raw=True)
display({{"text/html": script, "application/vnd.jupyter.widget-view+json": {{"model_id": script}}}}, raw=True)
print(script)
""")


@attack(4)
def script_in_a_picture(book: Workbook):
    book.insert("""
from IPython.display import display
display({"image/png": '"><script>alert(1)</script><img src="'}, raw=True)
display({"image/jpeg": "x"}, metadata={"image/jpeg": {"width": '1" onerror="alert(1)'}}, raw=True)
""")


@attack(0, "could not be read")
def script_past_the_cleaning(book: Workbook):
    book.insert("""
shell = get_ipython()
kept, script = shell.run, "<script>alert(1)</script>"
shell.run = lambda source: [
    {"output_type": "display_data", "metadata": {"image/png": {"height": '"' + script}},
     "data": {"image/png": '"' + script, "text/html": script, "image/svg+xml": script}},
    {"output_type": "stream", "name": script, "text": script},
    {"output_type": "error", "ename": script, "evalue": script, "traceback": [script]},
    {"output_type": script}, script, None,
]
""")


@attack(4, "ZeroDivisionError")
def script_in_an_error(book: Workbook):
    book.insert(f"raise ZeroDivisionError({SCRIPT!r})")
