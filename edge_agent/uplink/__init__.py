"""Sending sealed batches to the hub; a verified receipt lets the outbox forget one."""
