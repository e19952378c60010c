"""Durable store and forward, as one state machine over one SQLite file; the only room of the agent that speaks SQL.

::

              append                    seal                      acknowledge            purge, or quota
    cycle ─────────────▶ unsealed ─────────────────▶ sealed ─────────────────▶ acknowledged ─────────▶ gone
       │                 records     (batch bytes)      │    (receipt kept)
       │                    ▲                           │ give_up: the hub will never take it
       │ way not free       │ let in: way free          ▼
       └────────────────▶ waiting                    refused, its records unsealed in the next chain, or declared
                            │ quota of the class, or of the whole file
                            ▼
                         dropped ─────▶ loss ledger ─────▶ unsealed (one data-loss record for stream and class)

- **begin** (``beginning``): a new file opens its chain with a ``chain-start`` record. When the control plan's id
  differs from the one in force, a ``control-plan`` record follows. When the configuration's hash differs, records that
  are still unsealed are sealed under the old one first, because every header names the configuration its records were
  made under. Holds that have no record yet (placed before the chain was started, or by an earlier version) get theirs.
- **append** (``results``): one transaction makes room (``quota``), looks for the cycle's de-duplication key (station,
  cycle, serial, cycle time), and if it is new gives the result its attempt number, gives each record its sequence and
  salt, stores their encoded lines, moves the first-pass counters, and stores the key. The caller is answered after the
  commit's fsync. Results, associations, holds, losses and all else a recall needs become unsealed at once.
- **wait, let in, drop** (``waiting``): a sealed batch is a link of a chain and can't be thinned. So measurements,
  records of pictures and codes, and telemetry wait without a number while many batches have no receipt. Only there can
  anything be dropped: at the quota of its class, or of the file, telemetry first, measurements last, the oldest first,
  each in the loss ledger (``losses``). A result is never dropped: what cannot be stored is refused, and its controller
  told so.
- **seal** (``batches``): one transaction lets in what waited, takes the oldest lines, appends the claims of counts that
  changed (as records of the same batch, when it takes all lines there are), builds and signs the header that cites the
  previous one, stores the bytes of the batch and deletes the lines. So the bytes are durable before they are first
  sent, and never made twice.
- **acknowledge**: one transaction stores the receipt. The batch stays, for a hub that was restored from a backup.
- **purge**: deletes what was acknowledged more than ``outbox.keep_days`` ago; **tidy** (``upkeep``) folds old passes to
  their counts (``old_passes``) and gives free pages back to the disk.
- **open another chain** (``beginning.open_chain``): on a copied machine, or one put back to an earlier state. The
  chain in force is sealed to its end and kept under its places (``former``); the new one cites the last receipt.
  Attempt numbers go on; first-pass counts are a chain's own and begin anew.
- **rescue** (``opening``, ``rescue``): a file that is broken, or behind its ``mark``, is put aside (``damage``), and
  what can be read of it is taken over into a new file, whose chain declares the rest lost. This happens at the start,
  and while the agent runs; the step that met the damage is done again on the new file.

A record is sealed in one batch for ever, and is sealed again only when the hub said that it will never take that batch
(``former``): nothing reaches the hub twice.

Every step is a transaction of its own with all it decides taken from the file, so that a process killed at any point
continues exactly where the file stands: a step has happened, or it has not. Nothing is cached between steps.

One thread writes (``writer``); jobs of several stations that wait together share one fsync. A person's ``hold`` command
is another process that writes (``holds``): it takes the file's write lock for its one transaction, and since every step
takes the chain's next number from the file, its records stand in the chain like all others.
"""
