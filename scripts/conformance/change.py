"""Random changes of JSON values: of a plan, of a transcript, of a list inside one."""
import copy

NUMBERS = [0, -1, 1, 2, 3, 5, 60, 99, 100, 1000, 1001, 1024, 1025, 10**6, 10**6 + 1, 10**9,
           10**9 + 1, 2**53 - 1, 2**53, 2**63, True, False, "1", None, [], {}]
TEXTS = ["", "0", " x", "x ", "A" * 64, "A" * 65, "a" * 32, "a" * 33, "é", "e\u0301", "a\u200bb",
         "a\u00adb", "a\tb", "a\nb", "x\u2028", "commit", "-", "~", "all", "A~", "330102", "33",
         "2026-02-30", "1899-12-31", "1900-01-01", "9999-12-31", "2027-1-01", "２０２６-11-01",
         "0" * 64, "F" * 64, "0" * 63, "draw/1", "sha256", "sm3", "SHA256", "srs", "pareto",
         "public", "seal", "chain", "witness", "beacon", "any", "same2", "same6", "same8",
         "inspectors", "experts", "labs", "key", "area2", "area6", "class", "x" * 1000, "x" * 1001,
         "字" * 333, "字" * 334, "A..B", ".A", "sel", "SEL", "certain", "-0", 1, True, None, [], ["a"], {}]
KEYS = {"note": "n", "from": "0" * 64, "by": "x", "commit": "0" * 64, "min": 1, "all": True,
        "extra": 1, "caps": [{"counter": 0, "max": 1}], "cooldown_from": "2025-01-01",
        "cap": {"num": 1, "den": 1}, "ratio": {"num": 1, "den": 2}, "pool": {"num": 1, "den": 2},
        "class": "A", "gate": {"max": 1},
        "pace": {"num": 1, "den": 2, "part": 1, "of": 2, "base": 5, "done": 0}, "tied": [], "R": 0,
        "tasks_sha": "0" * 64, "gated": [], "lead": []}


def places(value, path=()):
    """The paths of all values inside a value."""
    if path:
        yield path
    inside = {}
    if isinstance(value, (dict, list)):
        inside = value if isinstance(value, dict) else dict(enumerate(value))
    for key, part in inside.items():
        yield from places(part, path + (key,))


def other_text(r, text):
    kind = r.randrange(6)
    if kind == 0 and text:
        at = r.randrange(len(text))
        return text[:at] + r.choice("0123456789abcdefABCDEF~/-. |=字") + text[at + 1:]
    if kind == 1 and text.lstrip("-").isdecimal():
        return str(int(text) + r.choice([1, -1, 2**48, -2**64]))
    return [text[:-1], text + r.choice("0a~. \u200b"), text.swapcase(), r.choice(TEXTS)][kind % 4]


def change_list(r, values):
    kind = r.randrange(5)
    if kind == 0 and values:
        del values[r.randrange(len(values))]
    elif kind == 1 and values:
        values.insert(r.randrange(len(values) + 1), copy.deepcopy(r.choice(values)))
    elif kind == 2 and len(values) > 1:
        one, two = r.sample(range(len(values)), 2)
        values[one], values[two] = values[two], values[one]
    elif kind == 3:
        values.reverse()
    else:
        values.append(copy.deepcopy(r.choice(TEXTS)))


def change_json(r, root, skip=()):
    """One random change inside a JSON value; says where."""
    path = r.choice([path for path in places(root) if path[0] not in skip])
    parent = root
    for key in path[:-1]:
        parent = parent[key]
    key, value = path[-1], parent[path[-1]]
    if isinstance(value, dict) and r.random() < 0.4:
        new = r.choice(list(KEYS))
        value[new] = copy.deepcopy(KEYS[new])
        return f"{path} + {new}"
    if isinstance(value, dict) and value:
        del value[r.choice(list(value))]
    elif isinstance(value, list) and r.random() < 0.9:
        change_list(r, value)
    elif isinstance(parent, dict) and r.random() < 0.1:
        del parent[key]
    elif isinstance(value, str):
        parent[key] = copy.deepcopy(other_text(r, value))
    elif isinstance(value, int):
        parent[key] = copy.deepcopy(r.choice([value + 1, value - 1, value * 2, r.choice(NUMBERS)]))
    else:
        parent[key] = copy.deepcopy(r.choice(NUMBERS + TEXTS))
    return f"{path}"
