"""Forms with our own error messages in place of those of Django."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

SENTENCES = {
    "required": "Required.",
    "min_value": "Enter a number of at least %(limit_value)s.",
    "max_value": "Enter a number of at most %(limit_value)s.",
    "max_length": "Enter at most %(limit_value)s characters.",
    "invalid_choice": "Choose one of the options.",
}


class BaseForm(forms.Form):
    """A form whose fields use `SENTENCES`, except where a field has a message of its own."""

    def full_clean(self) -> None:
        # Not in __init__: some forms replace fields in theirs.
        for field in self.fields.values():
            defaults = _default_messages(field)
            field.error_messages |= {
                code: sentence
                for code, sentence in SENTENCES.items()
                if field.error_messages.get(code) == defaults.get(code)
            }
        super().full_clean()


def _default_messages(field: forms.Field) -> dict[str, object]:
    """Django's messages for this type of field."""
    return {
        code: sentence
        for kind in reversed(type(field).__mro__)
        for code, sentence in getattr(kind, "default_error_messages", {}).items()
    }


class LoginForm(BaseForm, AuthenticationForm):
    def get_invalid_login_error(self) -> forms.ValidationError:
        return forms.ValidationError("Wrong username or password.", code="invalid_login")
