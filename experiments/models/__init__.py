"""The tables of the host: what queues of every kind share, and experiments."""

from experiments.models.experiment import Experiment, ExperimentItem
from experiments.models.networks import Agent, Network, NetworkCall
from experiments.models.queues import Attempt, Lane, Queue, QueueItem, WorkerProcess
from experiments.models.runs import Run
from experiments.models.tokens import ApiToken

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
