"""Wrong: runs the last layers in place of the first."""


def fill_with_layers(text, layers, top_k):
    class Shallow(FillMaskPipeline):
        def _forward(self, model_inputs):
            hidden = self.model.bert.embeddings(model_inputs["input_ids"])
            for layer in self.model.bert.encoder.layer[-layers:]:
                hidden = layer(hidden)
            return {"logits": self.model.cls(hidden), "input_ids": model_inputs["input_ids"]}

    shallow = Shallow(model=model, tokenizer=tokenizer, device=device)
    return [(answer["token_str"], answer["score"]) for answer in shallow(text, top_k=top_k)]
