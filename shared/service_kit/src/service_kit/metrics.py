"""What a service counts and measures: shown at `/metrics` for Prometheus, and sent over OTLP where that is configured.

One instrument for both. OTLP is on where OTEL_EXPORTER_OTLP_ENDPOINT (or its variant for metrics) is set; the other OTEL_
variables mean what OpenTelemetry says. Labels are names that we chose (a durable, a provider), never an id of a person.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_OTLP = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A figure as it is now. Ages are in seconds."""

    name: str
    value: float
    labels: Mapping[str, str]

    @classmethod
    def of(cls, name: str, value: float, **labels: str) -> "Gauge":
        """Return the figure; `labels` tell it from others of the same name."""
        return cls(name=name, value=value, labels=labels)


class Metrics:
    """The instruments of one service."""

    def __init__(self, *, service: str) -> None:
        self._registry = CollectorRegistry()
        readers: list[MetricReader] = [
            PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=self._registry)
        ]
        self.is_pushed = any(os.environ.get(name) for name in _OTLP)
        if self.is_pushed:
            # Here, because most systems don't push, and this brings gRPC's types and an HTTP client along.
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415

            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
        self._provider = MeterProvider(
            metric_readers=readers,
            resource=Resource.create({"service.name": service, "service.namespace": "limber"}),
            shutdown_on_exit=False,
        )
        self._meter = self._provider.get_meter("limber")
        self._service = {"service": service}
        self._handled = self._meter.create_counter("limber_events_handled", description="Events taken, their effect committed")
        self._group_size = self._meter.create_histogram(
            "limber_group_size",
            description="Events that shared a transaction",
            explicit_bucket_boundaries_advisory=_GROUP_SIZES,
        )
        self._told = self._meter.create_counter("limber_events_told", description="Events that the broker has stored")
        self._failures = self._meter.create_counter("limber_failures", description="Events that failed unexpectedly, each try")
        self.counters: dict[str, Callable[[Mapping[str, str]], None]] = {}
        self.gauges = {
            name: self._meter.create_gauge(name, description=description) for name, description in _DESCRIPTIONS.items()
        }

    def handled(self, durables: Sequence[str]) -> None:
        """Count a group of events by the durables they came from; their transaction is committed."""
        self._group_size.record(len(durables), self._service)
        for durable in set(durables):
            self._handled.add(durables.count(durable), {**self._service, "consumer": durable})

    def told(self, count: int) -> None:
        """Count events that the broker has stored."""
        self._told.add(count, self._service)

    def failed(self, durable: str) -> None:
        """Count an event that failed unexpectedly."""
        self._failures.add(1, {**self._service, "consumer": durable})

    def counter(self, name: str, description: str) -> Callable[[Mapping[str, str]], None]:
        """Return what counts by labels; for what is a service's own."""
        made = self._meter.create_counter(name, description=description)
        self.counters[name] = lambda labels: made.add(1, {**self._service, **labels})
        return self.counters[name]

    def gauge(self, name: str, description: str) -> None:
        """Make known a figure that is a service's own."""
        self.gauges[name] = self._meter.create_gauge(name, description=description)

    def measured(self, gauges: Sequence[Gauge]) -> None:
        """Take figures as they are now. A name that nobody made known is a KeyError."""
        for gauge in gauges:
            self.gauges[gauge.name].set(gauge.value, {**self._service, **gauge.labels})

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def close(self) -> None:
        """Send what is left, where it is pushed."""
        self._provider.shutdown()


_DESCRIPTIONS = {
    "limber_ready": "1 if the service could say so at /health/ready",
    "limber_active": "1 if this instance works, 0 if it stands by",
    "limber_consuming_stopped": "1 if too many unexpected failures in a row have stopped it",
    "limber_outbox_untold": "Events that are decided and not yet told",
    "limber_outbox_oldest_age_seconds": "Age of the oldest of them",
    "limber_consumer_lag": "Events that a durable has yet to deliver",
    "limber_consumer_unacknowledged": "Events that were delivered and not yet acknowledged",
    "limber_consumer_standing_still_seconds": "For how long events came again and again without being acknowledged",
    "limber_held": "Events that wait or were set aside, by state",
    "limber_held_oldest_age_seconds": "Age of the oldest of them, by state",
    "limber_due_work_late_seconds": "By how long the earliest due work is late, by work",
}
