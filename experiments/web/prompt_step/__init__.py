"""The step that writes the prompt, of any kind of queue: the template, beside the message that a row becomes."""
