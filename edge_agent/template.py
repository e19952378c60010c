"""What ``init`` writes: a commented configuration that ``check`` accepts once the hub's key is in it."""

import json

CONFIG = """\
# Zhuoyue edge agent. Paths are relative to this file. Check it with: zhuoyue-agent check agent.toml

[agent]
author = {author}
environment = {environment}        # production, demo or test; sealed into every batch
key_file = "agent.key"            # the private key; never leaves this machine
data = "data"                     # outbox and pictures
control_plan = "control-plan.toml"
# reload_on_change = true         # take a changed file over by itself, not only when told: zhuoyue-agent reload

[hub]
url = {url}
public_key = {public_key}   # as the hub shows it; its receipts are verified with it

# proxy = "http://proxy:3128"     # else HTTPS_PROXY and NO_PROXY of the environment
# max_kbit_s = 2000               # at most so much is sent
# in_flight = 4                   # batches under way at once

[sealing]
max_records = 500                 # a batch is closed at so many records,
# max_bytes = 4194304             # at so many bytes,
max_age_s = 1.0                   # or when its oldest record is so old

# [outbox]
# max_mb = 4096                   # of the whole file
# telemetry_mb = 256              # so much telemetry waits while the hub is away; see the guide for the others
# keep_days = 30                  # so long a batch stays after its receipt

# [pictures]                      # how much is kept of them, and what of it follows its records to the hub
# send = "failed"                 # of failures and doubts only; or none, or all
# send_mb_a_day = 1024
# send_hours = "20:00-06:00"      # by this machine's clock

[page]
port = 8470                       # http://127.0.0.1:8470/ on this machine only; 0 switches it off

# [log]                           # besides standard error
# file = "logs/agent.log"
# max_bytes = 10000000
# keep = 5
# format = "json"

[[device]]
name = "cell-1"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"   # zhuoyue-profiles list
poll_ms = 50
[device.settings]
host = "192.168.0.10"
port = 502
unit_id = 1

[[station]]
name = "OP10"
work_cell = "plant/area/line/OP10"
operation = "OP10"                # an operation of the control plan
device = "cell-1"
base = 0                          # first register of the station's block (OPC UA: a text)
# lot_part = "09506000134376"     # GTIN of the material whose lot the controller names
# busy_timeout_s = 5.0            # so long the controller waits for a disk that refuses before it is told why
[station.measurements]            # point of the profile = characteristic of the control plan
m1 = "bore"
# [station.camera]                # identities come from pictures
# folder = "camera"               # files STATION-CYCLE-POSITION.png, cycle with 8 digits
# positions = ["unit", "housing"] # the first one is the unit itself
# formats = ["qr", "datamatrix"]
# timeout_s = 2.0                 # cameras over FTP, RTSP, GenICam, what is expected: see the guide on codes
# [station.interlock]             # the controller may ask whether a unit may be processed (permit_request ...)
# when_unknown = "tell"           # permit, refuse, or tell (3): what it is told when something is not known

# [[telemetry]]                   # points sampled beside the results
# device = "cell-1"
# points = ["m1"]
# every_s = 1.0
"""

CONTROL_PLAN = """\
# Control plan of one part: its operations and what is measured there. Limits are exact decimals in texts.
part = "09506000134352"           # GTIN of the part, 14 digits
plant = "plant"
revision = "A"
name = "Housing"
name_zh = "壳体"
# valid_from = 2026-03-01T00:00:00+08:00   # for a version in control-plan.d/*.toml: from when it holds

[[operation]]
id = "OP10"
name = "Boring"
name_zh = "镗孔"
final = true                      # final acceptance

[[characteristic]]
id = "bore"
name = "Bore diameter"
operation = "OP10"
uom = "mm"                        # UCUM
decimals = 3                      # resolution in which values are kept
lsl = "24.990"
target = "25.000"
usl = "25.010"
key = true                        # 关键特性

# [[alarm]]                       # early warning 智能预警; what each rule costs: zhuoyue-agent alarm rules agent.toml
# id = "three-in-a-row"
# kind = "not-ok"                 # patterns, drift, trend (of a characteristic); yield, no-read, not-ok, clock
# operation = "OP10"
# count = 3
# accepted = "0.01"               # the usual share of failures, to state how often this warns falsely
# hold = true                     # put the station on hold until somebody answers with cause and action

# [[alarm]]
# id = "bore-trend"
# kind = "trend"
# characteristic = "bore"
# window = 50                     # values
# within = 1000                   # warn when the limit is at most so many units away
# false_alarm_every = 10000       # units; chosen by you
"""


def quoted(**values: str) -> dict[str, str]:
    """Values as ``CONFIG`` takes them: TOML strings."""
    return {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
