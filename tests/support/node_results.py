"""Result events of the companion specifications, as commands to the node-opcua server."""

CREATED = "2026-03-01T08:00:00.250Z"


def text(content):
    return {"type": "String", "value": content}


def structure(content):
    return {"type": "ExtensionObject", "value": content}


def machinery(number, *, partial=False, simulated=False, content=(), **members):
    meta = {
        "$type": "ResultMetaDataType",
        "resultId": f"R-{number}",
        "isPartial": partial,
        "isSimulated": simulated,
        "partId": f"C{number:04}",
        "creationTime": {"$date": CREATED},
        "resultEvaluation": 1,
        "resultEvaluationCode": [0, 0],
        **members,
    }
    return structure({"$type": "ResultDataType", "resultMetaData": meta, "resultContent": list(content)})


def raise_machinery(peer, number, **members):
    peer.do("raise", spec="machinery", event="ResultReadyEventType", fields={"result": machinery(number, **members)})


def keep_machinery(peer, number, **members):
    """The server can be asked for this result."""
    peer.do("keep", id=f"R-{number}", result=machinery(number, **members))


def measured(quantity, name, value, limits, unit):
    low, high, target = limits
    return {
        "$type": "ResultValueDataType",
        "measuredValue": value,
        "name": name,
        "physicalQuantity": quantity,
        "lowLimit": low,
        "highLimit": high,
        "targetValue": target,
        "engineeringUnits": {"displayName": {"text": unit}, "description": {"text": unit}},
    }


def raise_joining(peer, sequence, **members):
    meta = {
        "$type": "JoiningResultMetaDataType",
        "resultId": f"T-{sequence}",
        "creationTime": {"$date": CREATED},
        "resultEvaluation": 2,
        "resultEvaluationCode": [0, 17],
        "sequenceNumber": [0, sequence],
        "associatedEntities": [
            {"$type": "EntityDataType", "name": "Program", "entityId": "P12", "entityType": 1},
            {"$type": "EntityDataType", "name": "VIN", "entityId": "LSVAA4182E2123456", "entityType": 2},
        ],
        **members,
    }
    content = {
        "$type": "JoiningResultDataType",
        "failureReason": 3,
        "overallResultValues": [
            measured(1, "Time", 1.25, (0.0, 9.0, 1.0), "s"),
            measured(3, "Angle", 91.5, (80.0, 100.0, 90.0), "deg"),
            measured(2, "Torque", 12.03, (11.5, 12.5, 12.0), "N·m"),
        ],
    }
    result = {
        "$type": "ResultDataType",
        "$of": "machinery",
        "resultMetaData": meta,
        "resultContent": [{"$variant": "ExtensionObject", "value": content}],
    }
    event = "JoiningSystemResultReadyEventType"
    peer.do("raise", spec="joining", event=event, fields={"result": structure(result)})


def scan(kind, data, **members):
    return {"$type": kind, "codeType": "RAW:STRING", "scanData": data, "timestamp": {"$date": CREATED}, **members}
