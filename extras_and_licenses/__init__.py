"""The helper package of Inside Transformers: what the lessons share, and the kit of small models they run on.

Importing it registers the pipelines `"extractive-question-answering"` and `"seq2seq"` with transformers.

- `forward_listener`: `ForwardListener` shows what goes through a module, call by call.
- `device`: which device and dtype to use, memory, and giving memory back.
- `checkpoints`: the model for a role, in the profile that is on.
- `pipelines`: question answering and sequence-to-sequence pipelines.
- `plots`, `widgets`: one style for every figure and every explorer.
- `lessons`: runs, renders and normalises the notebooks.
- `kit`: installs, trains and measures the kit's models.
"""

from extras_and_licenses import pipelines as pipelines
