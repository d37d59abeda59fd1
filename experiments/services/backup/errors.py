"""What a backup or a restore refuses or fails with."""


class BackupError(Exception):
    """`detail`: what happened, and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
