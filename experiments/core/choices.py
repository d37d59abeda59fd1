"""The fixed values that tables, wire formats and code share, as enums. A kind keeps its own in a `choices` module.

Members are strings: they go into queries, JSON and templates as they are. No other module spells one of these values
as a literal; `tests/unit/test_house.py` checks that.
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
"""No more rows are called, unless a person resumes or retries."""


class RowStatus(Choices):
    """Status of a row; the queue's counter of such rows has the same name."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


CALLED = (RowStatus.RUNNING, RowStatus.SUCCEEDED, RowStatus.FAILED)
"""Those that were or are called."""
FINAL = (RowStatus.SUCCEEDED, RowStatus.FAILED)
"""The row has a result, and is not called any more unless a person retries it."""


class RowError(Choices):
    """`error_code` of a failed row, and of a run that returned an error."""

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
    REFUSED = "refused"
    FILTERED = "filtered"
    LENGTH = "length"


SAID_BY_RUNTIME = (RowError.REFUSED, RowError.FILTERED, RowError.LENGTH)
"""Of a run without an answer: what our own runtime says in `final.error_code`."""


class PauseReason(Choices):
    """`pause_reason.code` of a paused queue."""

    USER = "user"
    RANGE = "range"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    SCHEMA_MISMATCH = "schema_mismatch"
    RUN_ERROR = "run_error"
    REJECTED = "rejected"
    BAD_RESPONSE = "bad_response"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    VERSION_CHANGED = "version_changed"
    CONFIGURATION = "configuration"
    CAP_FAILURES = "cap_failures"
    CAP_CALLS = "cap_calls"
    CAP_TOKENS = "cap_tokens"
    CAP_MINUTES = "cap_minutes"
    CAP_COST = "cap_cost"


BY_PEOPLE = (PauseReason.USER, PauseReason.RANGE)
"""A pause for one of these was asked for."""


class Role(Choices):
    """What a user may do with a queue: all, all but to share and to delete it, or only look."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    def allows(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) <= order.index(least)


class ListOrder(Choices):
    """Of the list of queues: the newest first, or by name."""

    CREATED = "created"
    NAME = "name"


class Reuse(Choices):
    """Whose answers count for an identical row of a queue, which is then not called."""

    NONE = "none"
    BATCH = "batch"
    NETWORK = "network"


class BreakerGroup(Choices):
    """Failures that are counted together, as the keys of `streaks` of a queue begin."""

    UNAUTHORIZED = "unauthorized"
    CONFIGURATION = "configuration"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    SERVER = "server"
    SCHEMA = "schema"
    REJECTED = "rejected"
    RUN_ERROR = "run_error"
    BAD_RESPONSE = "bad_response"
    VERSION_CHANGED = "version_changed"


class ModelPart(Choices):
    """What is wrong between a runtime and its model, where every call would fail: `cause.part` of a 502 of `/run`."""

    KEY = "key"
    MODEL = "model"
    ADDRESS = "address"


class FieldType(Choices):
    """Type of a response field."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date-time"
    LIST = "list"
    OBJECT = "object"


class TextFormat(Choices):
    """What the text of a response field may have to be."""

    EMAIL = "email"
    URI = "uri"


class ExportFormat(Choices):
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


class ExportPart(Choices):
    """Where the values of a column of an export come from."""

    CELL = "cell"
    ANSWER = "answer"
    ELEMENT = "element"
    EXTRA = "extra"
    RUN = "run_value"


class Nested(Choices):
    """What an export makes of objects and lists in answers."""

    JSON = "json"
    FLAT = "flat"
    EXPLODE = "explode"


class CallsInFlight(Choices):
    """What becomes of them when a queue is cancelled."""

    FINISH = "finish"
    ABORT = "abort"


class CallState(Choices):
    """Of a single call of a network that a person asked for."""

    WAITING = "waiting"
    CALLING = "calling"
    DONE = "done"


class Channel(Choices):
    """How an act came to the site."""

    BROWSER = "browser"
    API = "api"
    ADMIN = "admin"
    COMMAND = "command"
    SYSTEM = "system"


class NoticeEvent(Choices):
    """What people and programs are told of a queue. `test` is sent when somebody asks for it."""

    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILURE_SHARE = "failure_share"
    TEST = "test"


NOTICED = (NoticeEvent.COMPLETED, NoticeEvent.PAUSED, NoticeEvent.CANCELLED, NoticeEvent.FAILURE_SHARE)
"""Those that one can subscribe to."""


class NoticeWay(Choices):
    """How a subscription is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class DeliveryState(Choices):
    """Of an event on its way to a subscription."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class AuditAction(Choices):
    """`action` of an entry in the history."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    DELETE = "delete"
    RETRY = "retry"
    CORRECT = "correct"
    EXPORT = "export"
    TRY = "try"
    CHANGE = "change"
    CREATE = "create"
    SCHEMA = "schema"
    REVOKE = "revoke"
    APPEND = "append"
    SHARE = "share"
    UNSHARE = "unshare"
    PASSWORD = "password"  # noqa: S105  that it was changed
    LOG_IN = "log_in"


class Quota(Choices):
    """What a user may have only so much of, as usage and refusals name it."""

    FILE_BYTES = "file_bytes"
    DRAFTS = "drafts"
    BATCHES = "batches"
    TRIALS = "trials"


class ErrorCode(Choices):
    """`code` of the error that answers a request."""

    ALREADY_SERVING = "already_serving"
    ALREADY_STARTED = "already_started"
    BAD_ARCHIVE = "bad_archive"
    BAD_BYTE = "bad_byte"
    BAD_JSON = "bad_json"
    BAD_PARQUET = "bad_parquet"
    BAD_REQUEST = "bad_request"
    BAD_WORKBOOK = "bad_workbook"
    CELL_TOO_LARGE = "cell_too_large"
    CHANGED = "changed"
    CHANGED_MEANWHILE = "changed_meanwhile"
    CONFIG_API = "config_api"
    CONFIGURATION = "configuration"
    CRASHED = "crashed"
    DIFFERENT_DATASETS = "different_datasets"
    DOES_NOT_EXIST = "does_not_exist"
    DUPLICATE_COLUMN = "duplicate_column"
    DUPLICATE_FIELD = "duplicate_field"
    DUPLICATE_KEY = "duplicate_key"
    EMPTY_FILE = "empty_file"
    EMPTY_MESSAGE = "empty_message"
    ENCODING = "encoding"
    FILE_TOO_LARGE = "file_too_large"
    HOST_NOT_ALLOWED = "host_not_allowed"
    IN_USE = "in_use"
    INVALID = "invalid"
    INVALID_CHOICE = "invalid_choice"
    INVALID_COLUMNS = "invalid_columns"
    INVALID_CURSOR = "invalid_cursor"
    INVALID_DELIMITER = "invalid_delimiter"
    INVALID_FIELD = "invalid_field"
    INVALID_FIELDS = "invalid_fields"
    INVALID_ITERATIONS = "invalid_iterations"
    INVALID_JSON = "invalid_json"
    INVALID_KEY = "invalid_key"
    INVALID_MODE = "invalid_mode"
    INVALID_RANGE = "invalid_range"
    INVALID_SCHEMA = "invalid_schema"
    INVALID_SCORING = "invalid_scoring"
    INVALID_SYSTEM_PARAMS = "invalid_system_params"
    INVALID_TEXT = "invalid_text"
    INVALID_URL = "invalid_url"
    KEY_CLASH = "key_clash"
    LENGTH_REQUIRED = "length_required"
    LONE_SURROGATE = "lone_surrogate"
    MIXED_ENCODINGS = "mixed_encodings"
    MODEL_ERROR = "model_error"
    MODEL_MISSING = "model_missing"
    MODEL_START = "model_start"
    NO_COLUMNS = "no_columns"
    NO_LIBRARY = "no_library"
    NO_MESSAGE_COLUMN = "no_message_column"
    NO_ROWS = "no_rows"
    NO_SPACE = "no_space"
    NOT_ALLOWED = "not_allowed"
    NOT_AN_ARRAY = "not_an_array"
    NOT_AN_OBJECT = "not_an_object"
    NOT_CSV = "not_csv"
    NOT_FINISHED = "not_finished"
    NOT_FOUND = "not_found"
    NOT_TEXT = "not_text"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NUL = "nul"
    OTHER_FILE = "other_file"
    OVER_QUOTA = "over_quota"
    PARSING = "parsing"
    PERMISSION_DENIED = "permission_denied"
    RAGGED_ROW = "ragged_row"
    REQUIRED = "required"
    RESERVED_KEY = "reserved_key"
    RESERVED_NAME = "reserved_name"
    ROLE_TWICE = "role_twice"
    ROW_TAKEN = "row_taken"
    ROW_TOO_LARGE = "row_too_large"
    SCHEMA_CHANGE = "schema_change"
    SCHEMA_MISMATCH = "schema_mismatch"
    SOURCE_REMOVED = "source_removed"
    STALE = "stale"
    TEMPLATE_ERROR = "template_error"
    TEXT_AFTER_QUOTE = "text_after_quote"
    TOO_BROAD = "too_broad"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_EXPORTS = "too_many_exports"
    TOO_MANY_FIELDS = "too_many_fields"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_RUNNING = "too_many_running"
    TOO_MANY_RUNS = "too_many_runs"
    UNCERTAIN_DELIMITER = "uncertain_delimiter"
    UNCERTAIN_HEADER = "uncertain_header"
    UNCERTAIN_QUOTE = "uncertain_quote"
    UNIQUE = "unique"
    UNKNOWN = "unknown"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_COLUMN = "unknown_column"
    UNKNOWN_ENCODING = "unknown_encoding"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_NETWORK = "unknown_network"
    UNKNOWN_SHEET = "unknown_sheet"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  a placeholder of a template
    UNTERMINATED_QUOTE = "unterminated_quote"
    WRONG_STATUS = "wrong_status"


class WarningCode(Choices):
    """`code` of a warning about a file that was read."""

    BLANK_LINE = "blank_line"
    COMMENT_LINE = "comment_line"
    DUPLICATE_HEADER = "duplicate_header"
    EMPTY_HEADER = "empty_header"
    EMPTY_ROW = "empty_row"
    EXTRA_EMPTY_CELLS = "extra_empty_cells"
    FORMULA_WITHOUT_RESULT = "formula_without_result"
    HIDDEN_CELLS = "hidden_cells"
    MERGED_CELLS = "merged_cells"
    MISSING_KEY = "missing_key"
    MIXED_LINE_ENDS = "mixed_line_ends"
    OTHER_SHEETS = "other_sheets"
    REPEATED_HEADER = "repeated_header"
    REPLACED_BYTE = "replaced_byte"
    SHORT_ROW = "short_row"
    STRAY_QUOTE = "stray_quote"
    UNCERTAIN_DELIMITER = "uncertain_delimiter"
    UNCERTAIN_HEADER = "uncertain_header"
    UNCERTAIN_QUOTE = "uncertain_quote"


class RowMatch(Choices):
    """How a row's answers in two queues are to each other: `changed` and `same` where both have one, `only_a` where A
    alone has one, `not_answered` where neither has, and not both have failed."""

    CHANGED = "changed"
    SAME = "same"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    FAILED = "failed_both"
    OPEN = "not_answered"


class FieldWay(Choices):
    """How two values of a field are compared: numbers by how far apart they are, lists as sets, all others as JSON."""

    NUMBER = "number"
    LIST = "list"
    VALUE = "value"


class FieldChange(Choices):
    """How a field's value in one queue is to that in another: a number that moved by less than what counts is near."""

    EQUAL = "no_change"
    NEAR = "within_tolerance"
    HIGHER = "higher"
    LOWER = "lower"
    FILLED = "filled_in"
    EMPTIED = "emptied"
    MORE = "more_entries"
    FEWER = "fewer_entries"
    OTHER = "other_value"


class StepProgress(Choices):
    """Of a step of a draft's set-up, as the stepper shows it."""

    MISSING = "missing"
    CURRENT = "current"
    DONE = "done"
    LATER = "later"
