"""What people and programs see in the old database after it was migrated.

Run in a process of its own, whose only database it is. Prints one JSON object.
"""

import json
from typing import Any

from django.apps import apps
from django.test import Client

BATCH, DRAFT, EXPERIMENT = "Week 46 – “Größe”", "Bestellungen", "Does it sort?"
ANN = {"username": "ann", "password": "correct horse"}
ANNS_KEY = "cbw_key-of-ann-in-a-database-of-the-tests"
STEPS = ("upload", "map", "prompt", "schema", "review")


def look() -> None:
    # By name of app and model: where the classes live is no matter of a database.
    queues = apps.get_model("experiments", "Queue").objects
    networks = apps.get_model("experiments", "Network").objects
    batch, draft, experiment = (queues.get(name=name).pk for name in (BATCH, DRAFT, EXPERIMENT))
    listed = list(queues.filter(parent=None, deleted_at=None).values_list("kind", "pk", "name"))

    # A page that fails is one that answers 500, and the others are looked at all the same.
    site: dict[str, Any] = {"SERVER_NAME": "localhost", "raise_request_exception": False}
    person = Client(**site)
    login = person.post("/login/", ANN).status_code
    program = Client(**site, headers={"Authorization": f"Token {ANNS_KEY}"})
    export = program.get(f"/api/csv_batches/{batch}/export")
    slugs = {"csv_batch": "csv-batch", "experiment": "experiments"}
    seen = {
        "login": login,
        "pages": {name: person.get(f"/{slugs[kind]}/{pk}/").status_code for kind, pk, name in listed},
        "steps": {step: person.get(f"/csv-batch/{draft}/{step}/").status_code for step in STEPS},
        "export": export.getvalue().decode(),
        "score": program.get(f"/api/experiments/{experiment}/score").json(),
        "run_tokens": {network.name: network.run_token for network in networks.all()},
        # Last: it replaces the draft's rows by the same ones.
        "read_again": program.post(f"/api/csv_batches/{draft}/upload").json(),
    }
    print(json.dumps(seen))
