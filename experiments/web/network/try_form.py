"""What is asked of a network to try it."""

from typing import Any

from django import forms
from rest_framework.exceptions import ParseError

from experiments.api.parsers import parsed
from experiments.api.serializers.networks import NetworkCallRequestSerializer
from experiments.models import Network

AS_CODE = {"rows": 2, "class": "mono", "spellcheck": "false"}


class TryForm(forms.Form):
    """A message, and what may go with it."""

    user_message = forms.CharField(label="Message", strip=False, required=False, widget=forms.Textarea({"rows": 3}))
    system_params = forms.CharField(
        label="System params",
        required=False,
        widget=forms.Textarea({"rows": 2, "class": "mono", "spellcheck": "false"}),
    )
    agent_key = forms.ChoiceField(label="Agent", required=False)
    debug = forms.BooleanField(label="Record prompts and raw answers", required=False)

    def __init__(self, network: Network, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial={"debug": True, **(initial or {})}, prefix="try")
        agents = [(agent.key, str(agent)) for agent in network.agents.all()]
        self.fields["agent_key"].choices = [("", "The default agent"), *agents]  # type: ignore[attr-defined]
        if not agents:
            del self.fields["agent_key"]

    def clean_user_message(self) -> str:
        return str(self.cleaned_data["user_message"]).replace("\r\n", "\n")

    def clean_system_params(self) -> dict[str, Any]:
        text = self.cleaned_data["system_params"]
        if not text.strip():
            return {}
        try:
            found = parsed(text.encode())
        except ParseError as error:
            raise forms.ValidationError(str(error.detail).replace("The body", "This")) from None
        checked = NetworkCallRequestSerializer(data={"user_message": "", "system_params": found})
        if not checked.is_valid():
            raise forms.ValidationError("Give a JSON object, of texts that can be stored.")
        return dict(checked.validated_data["system_params"])
