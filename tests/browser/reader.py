"""What a reader with only a keyboard does with an explorer, and what comes back."""

import re

from playwright.sync_api import Locator, Page, expect

from extras_and_licenses import lessons

PICTURES = lessons.ROOT / "build" / "browser"
SECONDS = 1000  # Playwright counts in milliseconds


class Explorer:
    """An explorer in a page, used with the keyboard alone.

    Args:
        page: the page of its notebook.
        title: what the explorer is called.
    """

    def __init__(self, page: Page, title: str):
        self.page, self.title = page, title
        heading = page.get_by_text(title, exact=True)
        self.box: Locator = page.locator(".jp-OutputArea .widget-vbox").filter(has=heading)
        self.answer = self.box.locator("img")
        self.refusal = self.box.get_by_role("alert")

    def tab_to(self, name: str) -> Locator:
        """Press Tab until the control with this name, as a screen reader says it, has the keyboard."""
        control = self.box.get_by_label(name, exact=True)
        expect(control).to_have_count(1)
        self.box.get_by_text(self.title, exact=True).click()
        for _ in range(12):
            self.page.keyboard.press("Tab")
            self.page.wait_for_timeout(
                100
            )  # as fast as a person; JupyterLab moves the focus after the key too
            if control.evaluate("element => element === document.activeElement"):
                return control
        raise AssertionError(f"Tab does not reach {name!r}.")

    def type(self, name: str, text: str) -> None:
        """Replace what stands in a control and leave it, so that the explorer answers."""
        self.tab_to(name)
        self.page.keyboard.press("Control+A")
        if text:
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.press("Delete")
        self.page.keyboard.press("Tab")

    def press(self, name: str, key: str) -> None:
        """Press a key in a control and leave it: an arrow in a number, or Space in a box to tick."""
        self.tab_to(name)
        self.page.keyboard.press(key)
        self.page.keyboard.press("Tab")

    def choose(self, name: str, key: str) -> None:
        """Open a list with Space, press a key in it such as an arrow, and take what it stands on.

        With the list closed JupyterLab keeps arrows for itself and goes to another cell.
        """
        self.tab_to(name)
        for pressed in ("Space", key, "Enter"):
            self.page.keyboard.press(pressed)

    def says(self, pattern: str) -> None:
        """Wait for an answer whose alternative text matches."""
        expect(self.answer).to_have_attribute("alt", re.compile(pattern), timeout=60 * SECONDS)
        expect(self.refusal).to_have_count(0)

    def answers_anew(self, before: str) -> None:
        """Wait for a picture with another address than the one `before`."""
        expect(self.answer).to_have_attribute("src", re.compile("^data:image/png"), timeout=60 * SECONDS)
        expect(self.answer).not_to_have_attribute("src", before, timeout=60 * SECONDS)

    def refuses(self, pattern: str) -> None:
        """Wait for a sentence in place of the picture."""
        expect(self.refusal).to_have_text(re.compile(pattern), timeout=60 * SECONDS)
        expect(self.answer).to_have_count(0)

    def keep(self, name: str) -> None:
        """Keep a picture of the explorer as it is when the kernel has done its work, to be looked at."""
        self.page.wait_for_timeout(1 * SECONDS)
        expect(self.page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=60 * SECONDS)
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.box.screenshot(path=PICTURES / f"{name}.png")
