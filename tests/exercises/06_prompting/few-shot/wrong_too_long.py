"""Wrong: gives so many examples that the prompt has more than 60 tokens."""


def plural_prompt(noun):
    known = {"cat": "cats", "mouse": "mice", "box": "boxes", "city": "cities", "child": "children"}
    known |= {"leaf": "leaves", "dog": "dogs", "goose": "geese", "book": "books"}
    lines = [f"The plural of {one} is: {many}" for one, many in known.items()]
    return "\n".join([*lines, f"The plural of {noun} is:"])
