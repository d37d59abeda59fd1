"""The tables of the host: what queues of every kind share, and experiments."""

from experiments.models.experiment import Experiment, ExperimentItem
from experiments.models.shared import (
    Agent,
    ApiToken,
    Attempt,
    Lane,
    Network,
    NetworkCall,
    Queue,
    QueueItem,
    Run,
    WorkerProcess,
)

__all__ = [
    "Agent",
    "ApiToken",
    "Attempt",
    "Experiment",
    "ExperimentItem",
    "Lane",
    "Network",
    "NetworkCall",
    "Queue",
    "QueueItem",
    "Run",
    "WorkerProcess",
]
