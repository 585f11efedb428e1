"""Made-up CloudTrail objects: small, and of every sort that a run meets."""

import gzip
import json
import os
import random

REGIONS = ["us-east-1", "eu-west-1"]


def record(number, name=None):
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::123456789012:user/u{number % 5}"},
        "eventTime": f"2024-03-{1 + number % 3:02}T{number % 24:02}:{number % 60:02}:07Z",
        "eventSource": "ecs.amazonaws.com",
        "eventName": name or ["UpdateService", "ListTasks", "RunTask"][number % 3],
        "awsRegion": REGIONS[number % 2],
        "sourceIPAddress": f"198.51.100.{number % 250}",
        "requestParameters": {"cluster": f"c{number % 4}", "n": number, "tags": ["a", str(number)]},
        "eventID": f"{number:08x}-0000-4000-8000-{number * 7919 % 16**12:012x}",
    }


def document(numbers, name=None):
    return json.dumps({"Records": [record(n, name) for n in numbers]}, separators=(",", ":")).encode()


def key(day, number, suffix=".json.gz"):
    stamp = f"202403{day:02}T{number:02}00Z"
    return (
        f"AWSLogs/123456789012/CloudTrail/us-east-1/2024/03/{day:02}/"
        f"123456789012_CloudTrail_us-east-1_{stamp}_{number:016x}{suffix}"
    )


def write(root, path, data, time):
    file = os.path.join(root, path)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as out:
        out.write(data)
    os.utime(file, ns=(time, time))


def pack(data):
    return gzip.compress(data, mtime=0)


def known(root):
    """What an existing archive holds already."""
    for number in range(3):
        write(root, key(1, number), pack(document(range(number * 10, number * 10 + 10))), 10**18 + number)
    write(root, "plain/one.json", document(range(30, 36)), 10**18 + 5)
    write(root, "changing.json", document(range(36, 40), "Before"), 10**18 + 6)


def new(root):
    """Good objects that come next; one of those that are there has changed."""
    for number in range(3):
        write(root, key(2, number), pack(document(range(40 + number * 10, 50 + number * 10))), 10**18 + number)
    # One of these is delivered twice.
    write(root, "plain/two.json", document([70, 71, 72, 70]), 10**18 + 15)
    write(root, "changing.json", document(range(36, 41), "After"), 10**18 + 16)
    lines = b"".join(json.dumps(record(n)).encode() + b"\n" for n in range(80, 86))
    write(root, "lines/three.ndjson", lines, 10**18 + 17)


def bad(root):
    """Objects that are rejected, in part or whole, and one that is kept as other JSON."""
    whole = pack(document(range(90, 96)))
    write(root, "cut.json.gz", whole[: len(whole) * 2 // 3], 10**18 + 20)
    one = json.dumps(record(96)).encode()
    write(root, "broken.json", b'{"Records":[' + one + b',{"eventName":nope}]}', 10**18 + 21)
    write(root, "other.json", b'{"no":"log","n":[1,2,3]}', 10**18 + 22)


def parts(root, count):
    """Objects each of which has a record of the one before."""
    for number in range(count):
        records = document(range(200 + number * 5, 206 + number * 5))
        write(root, f"part{number}.json", records, 10**18 + 40 + number)


def wide(root):
    """Records that do not compress: a segment that is read in many parts."""
    source = random.Random(7)
    for number in range(3):
        records = [record(number * 150 + n) for n in range(150)]
        for each in records:
            each["responseElements"] = {"token": source.randbytes(300).hex()}
        write(root, key(3, number), pack(json.dumps({"Records": records}).encode()), 10**18 + 30 + number)
