"""Sphinx's configuration of the course as a web site; `__main__` lays out the sources and starts Sphinx."""

import os

project = "Inside Transformers"
extensions = ["myst_nb"]
html_theme = "sphinx_book_theme"
html_title = project
author = "the authors of Inside Transformers"
html_show_copyright = False
html_copy_source = True
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "show_toc_level": 2,
}
REPOSITORY = os.environ.get("INSIDE_TRANSFORMERS_REPOSITORY")
if REPOSITORY:  # links to Colab and to the source need the address of a repository on GitHub
    html_theme_options |= {
        "repository_url": REPOSITORY,
        "repository_branch": "main",
        "use_repository_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com", "notebook_interface": "classic"},
    }
nb_execution_mode = "off"  # the masters hold the outputs, and the tests compare them
nb_number_source_lines = False
myst_heading_anchors = 3
templates_path = []
exclude_patterns = []
