"""Which partition of Watchfire an event belongs to, and the entry that a producer adds to its log. Needs nothing but Python 3.

    python3 partition.py customer.7 16          prints the number of the partition
    python3 partition.py --check vectors.json   computes the test vectors
"""

import binascii
import json
import sys


def partition(value: str, count: int) -> int:
    """The partition of the label's value, 0 to count - 1: CRC-16/XMODEM of its UTF-8 bytes, modulo count."""
    return binascii.crc_hqx(value.encode("utf-8"), 0) % count


def stream(value: str, count: int, namespace: str = "wf") -> str:
    """The stream to which a producer adds the event: XADD {wf.7}:events * data <the event as JSON>."""
    return "{%s.%d}:events" % (namespace, partition(value, count))


def check(file: str) -> int:
    with open(file, encoding="utf-8") as vectors:
        rows = json.load(vectors)
    wrong = 0
    for row in rows:
        for name, due in row.items():
            if not name.startswith("of_"):
                continue
            found = partition(row["value"], int(name[3:]))
            if found != due:
                wrong += 1
                print(f"{row['value']!r} of {name[3:]}: {found} instead of {due}", file=sys.stderr)
    print(f"python: {len(rows)} values, {wrong} wrong")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    if sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    print(partition(sys.argv[1], int(sys.argv[2])))
