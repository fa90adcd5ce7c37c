"""The book has every lesson, needs nothing from the network, and every link in it leads somewhere."""

import html
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from extras_and_licenses import lessons

REPOSITORY = "https://github.com/someone/course"


class Page(HTMLParser):
    """What a page links to, loads and shows."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.loaded, self.anchors, self.pictures = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.anchors.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in ("script", "img") and found.get("src"):
            self.loaded.append(found["src"])
        if tag == "link" and found.get("href") and found.get("rel") in ("stylesheet", "preload", "icon"):
            self.loaded.append(found["href"])
        if tag == "img":
            self.pictures.append(found)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    done = subprocess.run(
        [sys.executable, "-m", "extras_and_licenses.book", "--into", str(folder)],
        env=os.environ | {"INSIDE_TRANSFORMERS_REPOSITORY": REPOSITORY},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def lesson_pages(site) -> list[Path]:
    return [site / path.relative_to(lessons.ROOT).with_suffix(".html") for path in lessons.lessons()]


def test_every_lesson_is_a_page_in_the_navigation_and_in_the_search(site):
    front, index = (site / "index.html").read_text(), (site / "searchindex.js").read_text()
    for page in lesson_pages(site):
        name = page.relative_to(site).as_posix()
        assert f'href="{name}"' in front
        assert f'"{name.removesuffix(".html")}"' in index


def test_every_link_inside_the_book_leads_to_a_page_and_an_anchor_that_are_there(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages.get(target)
            if not target.exists() or (parts.fragment and known and parts.fragment not in known.anchors):
                broken.append((path.name, link))
    assert broken == []


def test_a_page_loads_nothing_from_the_network_and_nothing_that_is_missing(site, pages):
    for path, page in pages.items():
        for source in page.loaded:
            parts = urlsplit(source)
            assert not parts.scheme and not parts.netloc, f"{path.name} loads {source}"
            assert (path.parent / unquote(parts.path)).is_file(), f"{path.name} lacks {source}"


def test_every_picture_of_a_lesson_has_alternative_text(site, pages):
    for path in lesson_pages(site):
        shown = [picture for picture in pages[path].pictures if "/_images/" in picture["src"]]
        assert shown
        for picture in shown:
            assert len(picture.get("alt") or "") > 20, f"{path.name}: {picture.get('src')}"


def test_a_lesson_links_to_itself_in_a_running_lab_and_on_colab(site, pages):
    for path in lesson_pages(site):
        name = path.relative_to(site).with_suffix(".ipynb").as_posix()
        assert any(link.endswith(f"/github/someone/course/blob/main/{name}") for link in pages[path].links)
        assert f"http://localhost:8888/lab/tree/{path.stem}/{path.stem}.ipynb" in pages[path].links


def test_a_page_and_its_source_hold_no_solution_and_no_hidden_test(site, secret_lines):
    for path in lessons.lessons():
        secret = secret_lines(lessons.read(path))
        copies = [copy for copy in site.rglob(f"{path.stem}.*") if copy.suffix in (".html", ".ipynb")]
        assert len(copies) == 2
        for copy in copies:
            text = copy.read_text(encoding="utf-8")
            shown = (
                html.unescape(re.sub(r"<[^>]+>", "", text))
                if copy.suffix == ".html"
                else text.replace('\\"', '"')
            )
            assert [line for line in secret if line in shown] == [], copy.name
