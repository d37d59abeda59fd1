"""The pages: a room for each thing that has some, with its views, the values they show, and its forms."""
