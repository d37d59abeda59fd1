from django.urls import path

from experiments.api import network_calls, networks, notices, runs, usage
from experiments.api.kind_urls import urls_of_kind
from experiments.kinds import registered_kinds

api_patterns = [
    path("networks", networks.NetworkList.as_view()),
    path("networks/<int:pk>", networks.NetworkDetail.as_view()),
    path("networks/<int:pk>/end-hold", networks.NetworkEndHold.as_view()),
    path("networks/<int:pk>/try", network_calls.NetworkTry.as_view()),
    path("networks/<int:pk>/try/<uuid:call_id>", network_calls.NetworkTried.as_view()),
    path("subscriptions", notices.Subscriptions.as_view()),
    path("subscriptions/<uuid:subscription_id>", notices.SubscriptionDetail.as_view()),
    path("subscriptions/<uuid:subscription_id>/test", notices.SubscriptionTest.as_view()),
    path("subscriptions/<uuid:subscription_id>/deliveries", notices.Deliveries.as_view()),
    path("subscriptions/<uuid:subscription_id>/deliveries/<int:delivery_id>/replay", notices.DeliveryReplay.as_view()),
    path("usage", usage.Usage.as_view()),
    path("runs", runs.RunList.as_view()),
    path("runs/<path:trace_id>", runs.RunDetail.as_view()),
    *(pattern for kind in registered_kinds() for pattern in urls_of_kind(kind)),
]
