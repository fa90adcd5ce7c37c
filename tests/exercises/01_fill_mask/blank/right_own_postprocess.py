"""Right: a `postprocess` that goes down the sorted probabilities until it has enough words."""


def fill_blank(text, banned, top_k):
    class Skipping(FillMaskPipeline):
        def postprocess(self, model_outputs, top_k=5, **options):
            ids = model_outputs["input_ids"][0]
            row = model_outputs["logits"][0, ids == self.tokenizer.mask_token_id][0].softmax(dim=-1)
            answers = []
            for token in row.argsort(descending=True).tolist():
                word = self.tokenizer.decode([token])
                if word not in banned:
                    answers.append((word, row[token].item()))
                if len(answers) == top_k:
                    return answers

    skipping = Skipping(model=model, tokenizer=tokenizer, device=device)
    return skipping(mask.join(text.split("____")), top_k=top_k)
