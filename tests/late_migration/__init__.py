"""An app that changes the table of rows later on, beside a site that goes on."""
