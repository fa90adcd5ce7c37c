"""The kit: small real models that come with the course, or with a package that it takes weights from.

- `install`: puts every model into a cache as a plain `from_pretrained` folder, and verifies it. `manifest.json` lists
  the models.
- One folder a model: its card (`README.md`), its recipe (`train.py`), what it is asked and measured by (`evaluate.py`),
  and its weights where training made any.
- For the recipes: `data` and `hub_data` give the rows, `training` runs and resumes, `adapters` puts small matrices into
  the body, `distillation` lets one model learn from another.
- For the cards: `evaluate` measures and writes, with `measures`, `biases` and the figures of others in `published`.

`python -m extras_and_licenses.kit` has the commands (`__main__`).
"""
