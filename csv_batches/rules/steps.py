"""The steps of the wizard, in order, as data."""

from experiments.core.steps import Step, Steps

UPLOAD = Step("upload", "Upload", "Choose the file whose rows will be sent.", ("rows", "file"))
MAP = Step("map", "Map inputs", "Say what each column is for.", ("columns",))
PROMPT = Step("prompt", "Define prompt", "Write the message that each row becomes.", ("prompt_template",))
SCHEMA = Step("schema", "Response schema", "Say what an answer consists of.", ("response_fields",))
REVIEW = Step(
    "review", "Review", "Choose the network, try some rows, and start.", ("network", "agent_key", "schema_mode")
)
RUN = Step("run", "Run", "Starts the batch and opens its queue.")

ALL = Steps((UPLOAD, MAP, PROMPT, SCHEMA, REVIEW, RUN), REVIEW)
STEPS = ALL.all
step_of = ALL.of
neighbour = ALL.neighbour
