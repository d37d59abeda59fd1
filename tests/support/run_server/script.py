"""What the server is told to do, and which behaviour that makes of one call.

A script is a JSON object, every key optional:
    latency_ms      before each answer (0)
    answer_key      where a good answer carries its payload (`response_payload`)
    default         the behaviour where no rule matches (`{"do": "ok"}`)
    rules           a list; the first whose `match`, a regular expression, is found in the user_message counts. With
                    `attempts` its n-th behaviour plays on the n-th call for that message, after the last one the
                    default (with `"repeat": true` the last one again). With `random`, such as
                    `{"share": 0.3, "seed": 1, "of": ["reset"]}`, a part of the calls, chosen by message and attempt,
                    gets one of the behaviours
    limiter         what lets only so many calls through (see `limiter.py`), for all networks; `limiters`: by network.
                    They stay when a script without them comes
    hold            calls whose user_message has a match wait until `/release`
A behaviour is an object with `do` (see `behaviours.py`), or its name alone; `latency_ms`, `answer_key` and `close` (end
the connection after the answer) may stand in each.
"""

import random
import re
from typing import Any


class Script:
    def __init__(self, source: dict[str, Any]) -> None:
        self.latency_ms = float(source.get("latency_ms", 0))
        self.answer_key = str(source.get("answer_key", "response_payload"))
        self._default = _behaviour(source.get("default", "ok"))
        self._rules = [(re.compile(rule["match"], re.DOTALL), rule) for rule in source.get("rules", [])]

    def behaviour(self, message: str, attempt: int) -> dict[str, Any]:
        """The behaviour for the `attempt`-th call, from 1, with this user_message."""
        rule = next((rule for pattern, rule in self._rules if pattern.search(message)), None)
        chosen = self._of_rule(rule, message, attempt) if rule else self._default
        return {"latency_ms": self.latency_ms, "answer_key": self.answer_key, **chosen}

    def _of_rule(self, rule: dict[str, Any], message: str, attempt: int) -> dict[str, Any]:
        if "random" in rule:
            dice = random.Random(f"{rule['random'].get('seed', 1)}|{attempt}|{message}")
            hit = dice.random() < rule["random"]["share"]
            return _behaviour(dice.choice(rule["random"]["of"])) if hit else self._default
        attempts = rule["attempts"]
        if attempt <= len(attempts):
            return _behaviour(attempts[attempt - 1])
        return _behaviour(attempts[-1]) if rule.get("repeat") and attempts else self._default


def _behaviour(source: str | dict[str, Any]) -> dict[str, Any]:
    return {"do": source} if isinstance(source, str) else {"do": "ok", **source}
