"""What an operator's instruments read: metrics for Prometheus, and spans where the extra ``tracing`` is installed."""
