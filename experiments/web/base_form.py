"""What forms say of a value that cannot be taken, in the words of the pages instead of those of Django."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

SENTENCES = {
    "required": "Fill this in.",
    "min_value": "Give a number of at least %(limit_value)s.",
    "max_value": "Give a number of at most %(limit_value)s.",
    "max_length": "Give at most %(limit_value)s characters.",
    "invalid_choice": "Choose one of those that are offered.",
}


class BaseForm(forms.Form):
    """A form whose fields say these sentences, except where a field has its own."""

    def full_clean(self) -> None:
        # Not before: some forms exchange fields while they are made.
        for field in self.fields.values():
            stock = _stock(field)
            field.error_messages |= {
                code: sentence
                for code, sentence in SENTENCES.items()
                if field.error_messages.get(code) == stock.get(code)
            }
        super().full_clean()


def _stock(field: forms.Field) -> dict[str, object]:
    return {
        code: sentence
        for kind in reversed(type(field).__mro__)
        for code, sentence in getattr(kind, "default_error_messages", {}).items()
    }


class LoginForm(BaseForm, AuthenticationForm):
    def get_invalid_login_error(self) -> forms.ValidationError:
        sentence = "This name and this password do not belong together. Capital and small letters count in both."
        return forms.ValidationError(sentence, code="invalid_login")
