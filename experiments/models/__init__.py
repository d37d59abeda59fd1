"""The tables of the host: what queues of every kind share. A kind's own tables are in its own room."""

from experiments.models.api_tokens import ApiToken
from experiments.models.audit import AuditEntry
from experiments.models.corrections import CorrectionAct, CorrectionEntry
from experiments.models.networks import Agent, EndpointDialect, Network, NetworkBudget, NetworkCall
from experiments.models.notices import Delivery, Subscription
from experiments.models.queues import Attempt, Queue, QueueItem
from experiments.models.runs import Run
from experiments.models.saved_views import SavedView
from experiments.models.sharing import Share
from experiments.models.totals import CallTotal
from experiments.models.workers import Claim, Lane, Lead, NetworkShare, WorkerLease, WorkerProcess

__all__ = [
    "Agent",
    "ApiToken",
    "Attempt",
    "AuditEntry",
    "CallTotal",
    "Claim",
    "CorrectionAct",
    "CorrectionEntry",
    "Delivery",
    "EndpointDialect",
    "Lane",
    "Lead",
    "Network",
    "NetworkBudget",
    "NetworkCall",
    "NetworkShare",
    "Queue",
    "QueueItem",
    "Run",
    "SavedView",
    "Share",
    "Subscription",
    "WorkerLease",
    "WorkerProcess",
]
