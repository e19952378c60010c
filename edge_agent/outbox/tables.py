"""Every table of the outbox file, and its indexes."""

TABLES: dict[str, tuple[dict[str, type], str | tuple[str, ...], set[str]]] = {
    "chain": (
        {
            "id": int,
            "chain": str,
            "author": str,
            "environment": str,
            "config": str,
            "plan": str,
            "next_record": int,
            "next_batch": int,
            "head": str,
        },
        "id",
        {"chain", "author", "environment", "config", "next_record", "next_batch"},
    ),
    "downlink": (
        {
            "id": int,
            "chain": str,
            "epoch": int,
            "seq": int,
            "head": str,
            "next_record": int,
            "number": int,
            "staged": str,
        },
        "id",
        {"chain", "epoch", "seq", "head", "next_record", "number"},
    ),
    "record": ({"seq": int, "line": bytes, "crc": int}, "seq", {"line"}),
    "batch": (
        {
            "seq": int,
            "hash": str,
            "records": int,
            "sealed_at": int,
            "body": bytes,
            "receipt": bytes,
            "acknowledged_at": int,
            "crc": int,
        },
        "seq",
        {"hash", "records", "sealed_at", "body"},
    ),
    "cycle": (
        {"station": str, "key": str, "result": str, "outcome": int, "stored_at": int},
        ("station", "key"),
        {"result", "outcome", "stored_at"},
    ),
    "pass": (
        {"unit": str, "operation": str, "results": int, "submitted": int, "verdict": str, "at": int, "epoch": int},
        ("unit", "operation"),
        {"results", "submitted"},
    ),
    "first_pass": (
        {
            "part": str,
            "operation": str,
            "submitted": int,
            "first_ok": int,
            "attempts": int,
            "invalid": int,
            "not_decidable": int,
            "unclaimed": int,
        },
        ("part", "operation"),
        {"submitted", "first_ok", "attempts", "invalid", "not_decidable", "unclaimed"},
    ),
    "waiting": (
        {"number": int, "rank": int, "stream": str, "at": int, "line": bytes, "crc": int},
        "number",
        {"rank", "stream", "at", "line", "crc"},
    ),
    "waiting_size": ({"rank": int, "records": int, "bytes": int}, "rank", {"records", "bytes"}),
    "loss": (
        {"stream": str, "rank": int, "pending": int, "since": int, "until": int, "total": int},
        ("stream", "rank"),
        {"pending", "total"},
    ),
    "former_chain": (
        {"chain": str, "base": int, "batches": int, "next_record": int, "head": str, "config": str, "ended_at": int},
        "chain",
        {"base", "batches", "next_record", "ended_at"},
    ),
    "own_since": ({"chain": str, "since": int}, "chain", {"since"}),
    "former_record": ({"chain": str, "seq": int, "line": bytes, "crc": int}, ("chain", "seq"), {"line"}),
    "old_pass": ({"key": int, "results": int, "submitted": int}, "key", {"results", "submitted"}),
    "rescue": (
        {"id": int, "at": int, "reason": str, "aside": str, "told": str, "pending": int},
        "id",
        {"at", "reason", "told", "pending"},
    ),
    "unit_state": (
        {"unit": str, "operation": str, "verdict": str, "scrapped": int, "at": int},
        ("unit", "operation"),
        {"at"},
    ),
    "unit_lot": ({"unit": str, "lot": str}, ("unit", "lot"), set()),
    "hold": (
        {
            "id": str,
            "scope": str,
            "target": str,
            "reason": str,
            "placed_by": str,
            "placed_at": int,
            "released_by": str,
            "released_at": int,
            "release_reason": str,
            "placed_record": int,
            "released_record": int,
        },
        "id",
        {"scope", "target", "reason", "placed_by", "placed_at"},
    ),
    "decision": (
        {"station": str, "answer": int, "reason": int, "count": int},
        ("station", "answer", "reason"),
        {"count"},
    ),
    "alarm_state": ({"station": str, "result": str, "state": bytes}, "station", {"result", "state"}),
    "alarm": (
        {
            "id": str,
            "station": str,
            "rule": str,
            "alarm": str,
            "signals": int,
            "last_at": int,
            "acknowledged_by": str,
            "acknowledged_at": int,
            "cause": str,
            "action": str,
            "by_hub": int,
        },
        "id",
        {"station", "rule", "alarm", "signals", "last_at"},
    ),
    "picture_file": (
        {
            "result": str,
            "sha256": str,
            "size": int,
            "ok": int,
            "at": int,
            "free": int,
            "after": int,
            "tries": int,
            "fate": str,
            "ended_at": int,
        },
        ("result", "sha256"),
        {"size", "ok", "at", "free", "after", "tries"},
    ),
    "picture_end": ({"fate": str, "pictures": int, "bytes": int}, "fate", {"pictures", "bytes"}),
    "picture_day": ({"day": str, "bytes": int}, "day", {"bytes"}),
    "uplink": ({"id": int, "state": str, "since": int, "detail": str}, "id", {"state", "since", "detail"}),
}
"""Name: columns, primary key, columns that are never null. The package says what becomes of the rows.

The file's format stays 1 as long as tables and columns are only added, and the columns may be null: an earlier version
leaves them alone, so that an agent can be put back to it, and what it did not fill in reads as not known.
"""

INDEXES: dict[str, str] = {
    "idx_hold_target": "hold (target)",
    "alarm_open": "alarm (station, rule) WHERE acknowledged_at IS NULL",
    "batch_unacknowledged": "batch (seq) WHERE receipt IS NULL",
    "batch_unsent_size": "batch (length(body)) WHERE receipt IS NULL",
    "picture_due": "picture_file (ok, at, size) WHERE ended_at IS NULL AND free = 1",
    "picture_bound": "picture_file (at) WHERE free = 0",
    "picture_ended": "picture_file (ended_at) WHERE ended_at IS NOT NULL",
    "waiting_rank": "waiting (rank, number)",
    "batch_acknowledged": "batch (acknowledged_at) WHERE acknowledged_at IS NOT NULL",
}
"""Name: what it is on. The two on batches keep what is asked all the time off the many that are kept for 30 days."""
