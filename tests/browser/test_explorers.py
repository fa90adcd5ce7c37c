"""Every explorer answers a reader in JupyterLab who has only a keyboard, and refuses bad input with a sentence."""

from reader import Explorer


def test_which_checkpoints_fit(open_lesson):
    explorer = Explorer(open_lesson("00_start_here"), "Which checkpoints fit?")
    explorer.says(r"^Memory of \d+ checkpoints\. \d+ are below 6\.4 GiB\.$")
    explorer.choose("GiB of memory", "ArrowDown")
    explorer.says(r"below 12\.0 GiB")
    before = explorer.answer.get_attribute("src")
    explorer.choose("what for", "ArrowDown")
    explorer.answers_anew(before)
    before = explorer.answer.get_attribute("src")
    explorer.choose("format", "ArrowDown")
    explorer.answers_anew(before)
    explorer.says(r"^Memory of (\d+) checkpoints\. \1 are below 12\.0 GiB\.$")
    explorer.keep("00_start_here")


def test_fill_mask_explorer(open_lesson):
    explorer = Explorer(open_lesson("01_fill_mask"), "Fill the mask")
    explorer.type("Sentence", "The sky is [MASK] today.")
    explorer.says(r"^Most likely tokens for 'The sky is \[MASK\] today\.'\. mask 1: \w+")
    explorer.type("top_k", "2")
    explorer.says(r"mask 1: \S+ 0\.\d+, \S+ 0\.\d+\.$")
    explorer.type("Sentence", "The [MASK] is blue and the [MASK] is green.")
    explorer.says(r"mask 2: ")
    explorer.keep("01_fill_mask")
    explorer.type("Sentence", "The sky is blue.")
    explorer.refuses(r"The text has 0 masks\. Write \[MASK\] where a word is missing")
    explorer.keep("01_fill_mask_refused")
    explorer.type("Sentence", "The sky is [MASK].")
    explorer.says(r"^Most likely tokens for 'The sky is")


def test_span_explorer(open_lesson):
    explorer = Explorer(open_lesson("02_question_answering"), "Find the span")
    explorer.type("Context", "Ada Lovelace wrote the first program in 1843.")
    explorer.says(r"^Start and end logits of \d+ tokens")
    explorer.type("Question", "When was the first program written?")
    explorer.says(r"with the sum of their logits: '[^']*(Ada|program|1843)")
    explorer.keep("02_question_answering")
    explorer.press("Most tokens in an answer", "ArrowDown")
    explorer.says(r"^Start and end logits")
    explorer.type("Question", "")
    explorer.refuses(r"The question is empty\. Pass a question")
    explorer.keep("02_question_answering_refused")
    explorer.type("Question", "Who wrote it?")
    explorer.says(r"^Start and end logits")


def test_emotion_and_entity_explorer(open_lesson):
    explorer = Explorer(open_lesson("03_classification"), "Emotions and names")
    explorer.type("Sentence", "I am so happy that Ada came to London!")
    explorer.says(r"^Emotions over their thresholds: .*joy.* Names: .*London")
    before = explorer.answer.get_attribute("src")
    explorer.type("Emotions shown", "3")
    explorer.answers_anew(before)
    explorer.keep("03_classification")
    explorer.type("Sentence", "very " * 30)
    explorer.refuses(r"The text has 30 tokens and the picture has room for 24\. Shorten the text")
    explorer.keep("03_classification_refused")
    explorer.type("Sentence", "Thank you!")
    explorer.says(r"^Emotions over their thresholds: gratitude")


def test_zero_shot_playground(open_lesson):
    explorer = Explorer(open_lesson("04_zero_shot"), "Zero-shot playground")
    explorer.type("Text", "The goalkeeper saved the penalty in the last minute.")
    explorer.type("Labels, divided by commas", "football, cooking")
    explorer.type("Hypothesis template", "This text is about {}.")
    explorer.says(r"^Scores of 2 labels\. .*for 'This text is about football\.'")
    before = explorer.answer.get_attribute("src")
    explorer.press("Several labels may hold (multi_label)", "Space")
    explorer.answers_anew(before)
    explorer.keep("04_zero_shot")
    explorer.type("Hypothesis template", "This text is about it.")
    explorer.refuses(r"has no single place for the label\. Write \{\} once")
    explorer.keep("04_zero_shot_refused")
    explorer.type("Hypothesis template", "It is about {}.")
    explorer.says(r"for 'It is about football\.'")


def test_decoding_stepper(open_lesson):
    explorer = Explorer(open_lesson("05_seq2seq"), "One decoder call at a time")
    explorer.says(r"^Decoder call 1 of \d+\.")
    explorer.press("Decoder call", "ArrowUp")
    explorer.says(r"^Decoder call 2 of \d+\.")
    before = explorer.answer.get_attribute("src")
    explorer.type("Source text", "translate English to French: I have two brothers.")
    explorer.answers_anew(before)
    explorer.says(r"^Decoder call 2 of \d+\. .* goes to the source token")
    explorer.keep("05_seq2seq")
    explorer.type("Decoder call", "40")
    explorer.refuses(r"This text takes \d+ decoder calls and has no call 40\. Choose 1 to")
    explorer.keep("05_seq2seq_refused")
    explorer.type("Decoder call", "1")
    explorer.says(r"^Decoder call 1 of")


def test_prompt_playground(open_lesson):
    explorer = Explorer(open_lesson("06_prompting"), "Prompt playground")
    explorer.type("Prompt", "The capital of France is")
    explorer.says(r"^\d+ tokens read\..* Drawn: ")
    explorer.type("Temperature", "0.3")
    explorer.type("top-p", "0.5")
    explorer.type("Random seed", "7")
    explorer.says(r"^\d+ tokens read\..* \d+ tokens may be drawn\. Drawn: ")
    before = explorer.answer.get_attribute("src")
    explorer.press("As a user's message, through the chat template", "Space")
    explorer.answers_anew(before)
    explorer.keep("06_prompting")
    explorer.type("Prompt", "")
    explorer.refuses(r"The prompt is empty\. Type a text to continue")
    explorer.keep("06_prompting_refused")
    explorer.type("Prompt", "Tea is")
    explorer.says(r"^\d+ tokens read\.")


def test_tokenizer_comparer(open_lesson):
    explorer = Explorer(open_lesson("07_tokenizers"), "Compare tokenizers")
    explorer.type("Text", "Snowboarding costs 30 € a day, doesn't it?")
    explorer.says(r"^\"Snowboarding costs 30 € a day, doesn't it\?\" in tokens of \d tokenizers")
    explorer.choose("In the boxes", "ArrowDown")
    explorer.says(r" in ids of \d tokenizers\. .*: \d+ \d+ \d+")
    explorer.choose("In the boxes", "ArrowDown")
    explorer.says(r" in pieces of \d tokenizers")
    explorer.keep("07_tokenizers")
    explorer.type("Text", "")
    explorer.refuses(r"The text is empty\. Type a word or a sentence")
    explorer.keep("07_tokenizers_refused")
    explorer.type("Text", "tea")
    explorer.says(r"^'tea' in pieces")


def test_padding_viewer(open_lesson):
    explorer = Explorer(open_lesson("08_batches"), "Padding and mask viewer")
    explorer.type("Sentences", "Tea is hot.\nThe tea that we drank in the garden was cold.")
    explorer.says(r"^A batch of 2 rows and \d+ columns: .* row 0: mask 1 .*0; row 1: mask 1 1")
    explorer.choose("Padding side", "ArrowDown")
    explorer.says(r"row 0: mask 0 .*1; row 1: mask 1 1")
    explorer.choose("Padding", "ArrowDown")
    explorer.type("max_length", "18")
    explorer.says(r"^A batch of 2 rows and 18 columns")
    explorer.keep("08_batches")
    explorer.type("Sentences", "")
    explorer.refuses(r"There are 0 sentences\. Write 1 to 8")
    explorer.keep("08_batches_refused")
    explorer.type("Sentences", "Tea is hot.")
    explorer.says(r"^A batch of 1 rows")


def test_licence_explorer(open_lesson):
    explorer = Explorer(open_lesson("99_licenses"), "Which checkpoint, which licence")
    explorer.says(r"^\S+ in the profile kit is .*, licence ")
    explorer.choose("Profile", "ArrowDown")
    explorer.choose("Role", "End")
    explorer.says(r"^seq2seq-large in the profile hub is .*, licence ")
    explorer.keep("99_licenses")
    explorer.choose("Profile", "ArrowUp")
    explorer.refuses(r"The profile 'kit' has no checkpoint for 'seq2seq-large'\. Choose another role")
    explorer.keep("99_licenses_refused")
    explorer.choose("Role", "Home")
    explorer.says(r" in the profile kit is ")
