#!/usr/bin/env python3
"""What the audit commands must find in a directory of delivered objects, told without Cairn.

facts.py DIR: one JSON object: refused calls, calls by access key, calls that gave out keys, and for every name that a
call changes something of the eventIDs of the calls that name it."""
import collections, gzip, json, os, re, sys

DENIED = {
    "accessdenied", "accessdeniedexception", "accessdeniedfault", "authorizationerror", "authorizationerrorexception",
    "forbidden", "forbiddenexception", "kmsaccessdeniedexception", "notauthorized", "notauthorizedexception",
    "operationnotpermitted", "operationnotpermittedexception", "unauthorized", "unauthorizedaccess",
    "unauthorizedexception", "unauthorizedoperation", "unauthorizedoperationexception", "userunauthorizedexception"}
NAMES = ("roleName", "userName", "bucketName", "functionName", "groupId", "instanceId", "dBInstanceIdentifier")


def records(root):
    seen = set()
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            opener = gzip.open if name.endswith(".gz") else open
            try:
                with opener(path, "rb") as file:
                    document = json.loads(file.read())
            except (ValueError, OSError):
                continue
            for record in document.get("Records", []):
                key = json.dumps(record, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    yield record


def denied(record):
    code, message = record.get("errorCode"), record.get("errorMessage")
    if code and code.split(".")[-1].lower() in DENIED:
        return True
    return bool(message) and bool(re.search("not authorized to perform|explicit deny", message.lower()))


def principal(identity):
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
    for value in (issuer, identity.get("arn"), identity.get("principalId"), identity.get("invokedBy"),
                  identity.get("accountId"), identity.get("type")):
        if value is not None:
            return value


def strings(value):
    if isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, list):
        for element in value:
            yield from strings(element)
    elif isinstance(value, str):
        yield value


def means(value, name):
    if value == name:
        return True
    if not value.startswith("arn:") or value.count(":") < 5:
        return False
    resource = value.split(":", 5)[5]
    return name in (resource, resource.split("/")[-1], resource.split(":")[-1])


def main():
    refused, keys, issued = collections.Counter(), {}, {}
    writes, names = [], set()
    for record in records(sys.argv[1]):
        identity = record.get("userIdentity") or {}
        time, event = record["eventTime"], record["eventID"]
        if denied(record):
            refused["|".join((principal(identity) or "", record["eventSource"], record["eventName"]))] += 1
        key = identity.get("accessKeyId")
        if key:
            count, failed, first, last = keys.get(key, (0, 0, time, time))
            keys[key] = (count + 1, failed + ("errorCode" in record), min(first, time), max(last, time))
        response, request = record.get("responseElements"), record.get("requestParameters")
        given = ((response or {}).get("credentials") or {}) if isinstance(response, dict) else {}
        if isinstance(given, dict) and given.get("accessKeyId"):
            issued.setdefault(given["accessKeyId"], []).append(event)
        if record.get("readOnly") is False and record.get("eventCategory", "Management") != "Data":
            writes.append((time, event, set(strings([request, response, record.get("resources")]))))
            if isinstance(request, dict):
                names.update(request[name] for name in NAMES if isinstance(request.get(name), str))
    names = sorted(name for name in names if not name.startswith("arn:"))
    changes = {name: sorted(event for _, event, values in writes if any(means(value, name) for value in values))
               for name in names}
    json.dump({"denied": refused, "keys": keys, "issued": issued, "changes": changes}, sys.stdout, sort_keys=True)


main()
