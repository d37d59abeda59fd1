"""The step that says what each column of a draft is for, of any kind of queue."""
