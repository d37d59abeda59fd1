"""The words that tables, wire formats and code share, each in one list. Guests keep their own in a `choices` of theirs.

Members are texts: they go into queries, JSON and templates as they are. A text that is equal to one of them stands
nowhere else in the code (`tests/unit/test_house.py` looks).
"""

from enum import StrEnum


class Choices(StrEnum):
    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """For model fields: `[("draft", "Draft"), …]`."""
        return [(one.value, one.name.replace("_", " ").capitalize()) for one in cls]

    @classmethod
    def values(cls) -> list[str]:
        return [one.value for one in cls]


class QueueStatus(Choices):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


FINISHED = (QueueStatus.COMPLETED, QueueStatus.CANCELLED)
"""No row is called any more, unless a person resumes or retries."""


class RowStatus(Choices):
    """Of an item, and the name of the queue's counter of such items."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RowError(Choices):
    """`error_code` of a row that failed, and of a run that came back with an error."""

    SCHEMA_MISMATCH = "schema_mismatch"
    BAD_RESPONSE = "bad_response"
    RUN_ERROR = "run_error"
    REJECTED = "rejected"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    TOO_LARGE = "too_large"
    TEMPLATE_ERROR = "template_error"
    CRASHED = "crashed"


class PauseReason(Choices):
    """`pause_reason.code` of a queue that is paused."""

    USER = "user"
    RANGE = "range"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    SCHEMA_MISMATCH = "schema_mismatch"
    RATE_LIMITED = "rate_limited"
    VERSION_CHANGED = "version_changed"
    CONFIGURATION = "configuration"
    CAP_FAILURES = "cap_failures"
    CAP_CALLS = "cap_calls"
    CAP_TOKENS = "cap_tokens"
    CAP_MINUTES = "cap_minutes"


class FieldType(Choices):
    """Of a response field."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class ExportFormat(Choices):
    CSV = "csv"
    JSONL = "jsonl"


class LaneState(Choices):
    WAITING = "waiting"
    LIVE = "live"
    ENDED = "ended"


class ErrorCode(Choices):
    """`code` of an error that a person or a program gets for a request."""

    ALREADY_SERVING = "already_serving"
    ALREADY_STARTED = "already_started"
    BAD_BYTE = "bad_byte"
    BAD_JSON = "bad_json"
    BAD_REQUEST = "bad_request"
    CELL_TOO_LARGE = "cell_too_large"
    CHANGED = "changed"
    CHANGED_MEANWHILE = "changed_meanwhile"
    CONFIG_API = "config_api"
    CONFIGURATION = "configuration"
    DIFFERENT_DATASETS = "different_datasets"
    DOES_NOT_EXIST = "does_not_exist"
    DUPLICATE_FIELD = "duplicate_field"
    DUPLICATE_KEY = "duplicate_key"
    EMPTY_FILE = "empty_file"
    ENCODING = "encoding"
    FILE_TOO_LARGE = "file_too_large"
    HOST_NOT_ALLOWED = "host_not_allowed"
    IN_USE = "in_use"
    INVALID = "invalid"
    INVALID_CHOICE = "invalid_choice"
    INVALID_COLUMNS = "invalid_columns"
    INVALID_CURSOR = "invalid_cursor"
    INVALID_DELIMITER = "invalid_delimiter"
    INVALID_FIELDS = "invalid_fields"
    INVALID_ITERATIONS = "invalid_iterations"
    INVALID_JSON = "invalid_json"
    INVALID_MODE = "invalid_mode"
    INVALID_SCHEMA = "invalid_schema"
    INVALID_SCORING = "invalid_scoring"
    INVALID_SYSTEM_PARAMS = "invalid_system_params"
    INVALID_TEXT = "invalid_text"
    INVALID_URL = "invalid_url"
    LENGTH_REQUIRED = "length_required"
    LONE_SURROGATE = "lone_surrogate"
    MODEL_MISSING = "model_missing"
    MODEL_START = "model_start"
    NO_COLUMNS = "no_columns"
    NO_ROWS = "no_rows"
    NOT_ALLOWED = "not_allowed"
    NOT_AN_OBJECT = "not_an_object"
    NOT_CSV = "not_csv"
    NOT_FINISHED = "not_finished"
    NOT_FOUND = "not_found"
    NOT_TEXT = "not_text"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NUL = "nul"
    PARSING = "parsing"
    PERMISSION_DENIED = "permission_denied"
    RAGGED_ROW = "ragged_row"
    REQUIRED = "required"
    RESERVED_NAME = "reserved_name"
    ROW_TAKEN = "row_taken"
    ROW_TOO_LARGE = "row_too_large"
    SCHEMA_CHANGE = "schema_change"
    SOURCE_REMOVED = "source_removed"
    STALE = "stale"
    TEXT_AFTER_QUOTE = "text_after_quote"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_FIELDS = "too_many_fields"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_RUNNING = "too_many_running"
    TOO_MANY_RUNS = "too_many_runs"
    UNIQUE = "unique"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_COLUMN = "unknown_column"
    UNKNOWN_ENCODING = "unknown_encoding"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_NETWORK = "unknown_network"
    UNTERMINATED_QUOTE = "unterminated_quote"
    WRONG_STATUS = "wrong_status"
