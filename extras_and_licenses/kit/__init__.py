"""The kit: small real models that come with the course, or with a package that it takes weights from.

- `install`: puts every model into a cache as a plain `from_pretrained` folder, and verifies it.
- `data`, `training`: what the recipes share.
- One folder an entry: its card (`README.md`), its recipe (`train.py`), and its weights where training made any.
"""
