"""Pure: what columns, placeholders and response fields are, and in which order the wizard asks for them."""
