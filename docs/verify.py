#!/usr/bin/env python3
"""verify.py - an independent verifier of draw/1 in one file, Python 3 standard library only.

    python3 verify.py DIR [--commit HEX]

DIR is a bundle: plan.json, seed.txt, transcript.json and the frozen TSV files. Every check of draw/1 section 9 is
repeated from those files and printed as one line, `ok <check> ...` or `FAIL <check> ...`. Exit code 0 if every check
holds, 1 if one fails, 2 if a file that has to be read is missing or cannot be opened (or the command line is wrong).

It was written from the text of the specification alone and shares no code with the program that draws, so that the
two can disagree. It needs no network, no clock, no random numbers and no floating point, and it writes nothing.
The population is streamed: memory grows with the rows selected and in reserve, not with the candidates.
"""
import collections, datetime, functools, hashlib, itertools, json, os, re, struct, sys, unicodedata

CHECKS = ("canonical plan commit entropy seed grade files population size selection "
          "staffing optimal unique roles").split()


class Bad(Exception):
    """A rule of draw/1 does not hold; the text says which."""


def need(condition, text):
    if not condition:
        raise Bad(text)


# ---------------------------------------------------------------- hash suites (section 1)

class SM3:
    """GB/T 32905-2016 with the interface of hashlib."""
    IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)

    def __init__(self, data=b""):
        self.state, self.rest, self.length = self.IV, b"", 0
        self.update(data)

    def update(self, data):
        self.length += len(data)
        data = self.rest + data
        end = len(data) - len(data) % 64
        for at in range(0, end, 64):
            self.state = self.compress(self.state, data[at:at + 64])
        self.rest = data[end:]

    def digest(self):
        tail = self.rest + b"\x80" + bytes((55 - self.length) % 64) + struct.pack(">Q", 8 * self.length)
        state = self.state
        for at in range(0, len(tail), 64):
            state = self.compress(state, tail[at:at + 64])
        return struct.pack(">8I", *state)

    def hexdigest(self):
        return self.digest().hex()

    @staticmethod
    @functools.lru_cache(maxsize=64)                    # the seed fills one block: its state is computed once
    def compress(state, block):
        def rot(x, n):
            n %= 32
            return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF
        w = list(struct.unpack(">16I", block))
        for i in range(16, 68):
            x = w[i - 16] ^ w[i - 9] ^ rot(w[i - 3], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[i - 13], 7) ^ w[i - 6])
        a, b, c, d, e, f, g, h = state
        for i in range(64):
            r = rot(a, 12)
            s1 = rot((r + e + rot(0x79CC4519 if i < 16 else 0x7A879D8A, i)) & 0xFFFFFFFF, 7)
            s2 = s1 ^ r
            ff, gg = (a ^ b ^ c, e ^ f ^ g) if i < 16 else ((a & b) | (a & c) | (b & c), (e & f) | (~e & g))
            t1 = (ff + d + s2 + (w[i] ^ w[i + 4])) & 0xFFFFFFFF
            t2 = (gg + h + s1 + w[i]) & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = t1, a, rot(b, 9), c, t2 ^ rot(t2, 9) ^ rot(t2, 17), e, rot(f, 19), g
        return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


SUITES = {"sha256": hashlib.sha256, "sm3": SM3}


class Merkle:
    """RFC 6962 tree hash, line after line: complete subtrees wait on a stack."""

    def __init__(self, new):
        self.new, self.stack = new, []                  # [(lines below, digest)]

    def add(self, line):
        self.stack.append((1, self.new(b"\0" + line).digest()))
        while len(self.stack) > 1 and self.stack[-1][0] == self.stack[-2][0]:
            self.join()

    def join(self):
        (n, right), (m, left) = self.stack.pop(), self.stack.pop()
        self.stack.append((m + n, self.new(b"\1" + left + right).digest()))

    def root(self):
        while len(self.stack) > 1:
            self.join()
        return self.stack[0][1].hex() if self.stack else self.new(b"").hexdigest()


# ---------------------------------------------------------------- words, lines, dates, JSON (section 1)

def pattern(text):
    match = re.compile(text).fullmatch
    return lambda s: type(s) is str and match(s) is not None


identifier, label = pattern("[0-9A-Z][0-9A-Z._-]{0,63}"), pattern("[0-9a-z][0-9a-z._-]{0,31}")
word, area, hex64 = pattern("[0-9A-Za-z][0-9A-Za-z._-]{0,31}"), pattern("[0-9]{6,12}"), pattern("[0-9a-f]{64}")
entity_kind, plain_date = pattern("[A-Z][0-9A-Z]*"), pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}")
stratum_id = pattern("(-|{0})(/(-|{0}))*~?".format("[0-9A-Za-z][0-9A-Za-z._-]{0,31}"))
count_text = pattern("0|[1-9][0-9]{0,8}|1000000000")
weight_text = lambda s: pattern("[1-9][0-9]{0,9}")(s) and int(s) < 2**31
forbidden = re.compile("[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
                       "\U000e0000-\U000e007f]").search


def credit_code(s):
    values = ["0123456789ABCDEFGHJKLMNPQRTUWXY".find(c) for c in s]
    return len(s) == 18 and min(values) >= 0 and (
        sum(v * 3**i for i, v in enumerate(values[:17])) + values[17]) % 31 == 0


def entity(s):
    kind, dot, local = s.partition(".")
    if not identifier(s) or not dot:
        return identifier(s) and credit_code(s)
    return entity_kind(kind) and local != "" and not (kind == "R" and credit_code(local))


def date(s):
    if not plain_date(s) or s < "1900":
        return False
    try:
        return bool(datetime.date(*map(int, s.split("-"))))
    except ValueError:
        return False


def line(s):
    return (type(s) is str and 1 <= len(s.encode()) <= 1000 and s[0] != " " and s[-1] != " "
            and not forbidden(s) and unicodedata.normalize("NFC", s) == s)


integer = lambda low, high: lambda v: type(v) is int and low <= v <= high
one_of = lambda *values: lambda v: type(v) is str and v in values
list_of = lambda good: lambda v: type(v) is list and all(map(good, v))
text = lambda v: type(v) is str
is_list = lambda v: type(v) is list
anything = lambda v: True                               # tested by hand afterwards
count = integer(0, 10**9)


def J(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse_canonical(data, name):
    """The value of canonical JSON; Bad if the bytes are anything else."""
    def unique(pairs):
        need(len(dict(pairs)) == len(pairs), name + ": duplicate key")
        return dict(pairs)

    def no_number(number):
        raise Bad(f"{name}: number {number[:40]}")

    def walk(v):
        if type(v) is dict:
            need(all(k.isascii() for k in v), name + ": key not ASCII")
            for x in v.values():
                walk(x)
        elif type(v) is list:
            for x in v:
                walk(x)
        elif type(v) is str:
            need(unicodedata.normalize("NFC", v) == v, name + ": text not in NFC")
        else:
            need(v is not None, name + ": null")
            need(abs(v) < 2**53, name + ": integer too large")

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_float=no_number,
                           parse_constant=no_number)
        walk(value)
        need(J(value) == data, name + ": not canonical JSON")
        return value
    except (ValueError, RecursionError) as error:
        raise Bad(f"{name}: {str(error)[:200]}") from None


def keys(o, where, required, optional={}):
    """An object with exactly these keys, each value passing its test."""
    need(type(o) is dict, where + ": not an object")
    for k in o:
        need(k in required or k in optional, f"{where}: unknown key {k!a}")
    for k in required:
        need(k in o, f"{where}: key {k} is missing")
    for k, v in o.items():
        need((required.get(k) or optional[k])(v), f"{where}: {k}: bad value {ascii(v)[:80]}")


def ascending(values, where):
    values = list(values)
    need(all(a < b for a, b in zip(values, values[1:])), where + " not strictly sorted")


# ---------------------------------------------------------------- the plan (sections 3 to 5)

def ratio(v, where):
    keys(v, where, {"num": count, "den": integer(1, 10**6)})
    need(v["num"] <= v["den"], where + ": num > den")


def size(s):
    """n of a stratum (section 4.1); Bad if the plan is invalid there."""
    N, p = s["N"], s.get("pace") or s.get("ratio") or {"num": 1, "den": 1}
    part, of, base, done = (p.get(k, d) for k, d in (("part", 1), ("of", 1), ("base", N), ("done", 0)))
    a, b = base * p["num"] * part, p["den"] * of
    floor = max(0, (a + b - 1) // b - done)
    limit = N
    if "cap" in s:
        need(p["num"] * s["cap"]["den"] <= s["cap"]["num"] * p["den"],
             f"stratum {s['id']!a}: the floor ratio exceeds the ceiling ratio")
        limit = min(N, max(floor, base * s["cap"]["num"] // s["cap"]["den"] - done))
    n = min(N, max(s.get("min", 0), floor))
    need(n <= limit, f"stratum {s['id']!a}: n above its limit")
    return n


def check_item(it, plan):
    keys(it, "item", dict(item=identifier, basis=line, kind=one_of("key", "seasonal", "risk", "routine"),
                          unit=identifier, label=label, frame=anything, excluded=anything,
                          candidates_sha=hex64, population_sha=hex64, population_root=hex64, N=count, reserve=count,
                          strata=is_list))
    where, frame = "item " + it["item"], it["frame"]
    keys(it["excluded"], where + ": excluded", dict(inactive=count, held=count, capped=count))
    keys(frame, where + ": frame", {"date": date, "strata_by": list_of(one_of("area2", "area4", "area6", "class"))},
         {"cooldown_from": date, "caps": lambda v: is_list(v) and v})
    need(frame["date"] <= plan["date"], where + ": the frame is dated after the freeze")
    need(frame.get("cooldown_from", "") <= frame["date"], where + ": cooldown_from after the date of the frame")
    need(len(set(frame["strata_by"])) == len(frame["strata_by"]), where + ": strata_by repeats a word")
    for c in frame.get("caps", []):
        keys(c, where + ": caps", {"counter": integer(0, 3), "max": count},
             {"class": lambda v: v == "-" or word(v)})
    ascending(((c["counter"], c.get("class", "")) for c in frame.get("caps", [])), where + ": caps")
    for s in it["strata"]:
        keys(s, where + ": strata", {"id": stratum_id, "N": integer(1, 10**9), "method": one_of("srs", "pareto")},
             {"ratio": anything, "pace": anything, "all": lambda v: v is True, "min": count,
              "cap": anything})
        at = f"{where}: stratum {s['id']!a}"
        need(len({"ratio", "pace", "all"} & set(s)) == 1, at + ": exactly one of ratio, pace, all")
        need("all" not in s or s["method"] == "srs", at + ": a census is srs")
        if "pace" in s:
            keys(s["pace"], at + ": pace", dict(num=count, den=integer(1, 10**6), part=integer(1, 1000),
                                                of=integer(1, 1000), base=count, done=count))
            need(s["pace"]["num"] <= s["pace"]["den"], at + ": pace: num > den")
            need(s["pace"]["part"] <= s["pace"]["of"], at + ": pace: part > of")
        for k in {"ratio", "cap"} & set(s):
            ratio(s[k], f"{at}: {k}")
        rule = s.get("ratio") or s.get("pace")
        need(not rule or not s["id"].endswith("~") or rule["num"] >= 1, at + ": a cool-down cell with ratio 0")
        size(s)
    ascending((s["id"] for s in it["strata"]), where + ": strata")
    need(it["N"] == sum(s["N"] for s in it["strata"]), where + ": N is not the sum over strata")


def check_unit(u, plan):
    keys(u, "unit", dict(unit=identifier, kind=one_of("inspectors", "experts", "labs"), seats=integer(1, 99),
                         label=label, visit_by=date, roster_sha=hex64, conflicts_sha=hex64,
                         area_rule=one_of("any", "same2", "same4", "same6")),
         {"gate": anything, "pool": anything, "tasks_sha": hex64, "from": hex64})
    where = "unit " + u["unit"]
    need(u["seats"] >= 2 or u["kind"] != "inspectors", where + ": seats")
    need(u["visit_by"] >= plan["date"], where + ": visit_by before the freeze")
    need("from" not in u or "tasks_sha" in u, where + ": from without tasks_sha")
    if "gate" in u:
        keys(u["gate"], where + ": gate", {"max": integer(0, u["seats"] - 1)})
    if "pool" in u:
        ratio(u["pool"], where + ": pool")


def check_plan(plan):
    keys(plan, "plan", dict(v=one_of("draw/1"), draw=identifier, hash=one_of(*SUITES), prev=hex64, date=date,
                            items=is_list, units=lambda v: is_list(v) and v, entropy=lambda v: is_list(v) and v),
         {"note": line})
    for it in plan["items"]:
        check_item(it, plan)
    for u in plan["units"]:
        check_unit(u, plan)
    ascending((it["item"] for it in plan["items"]), "items")
    ascending((u["unit"] for u in plan["units"]), "units")
    named, given = {it["unit"] for it in plan["items"]}, {u["unit"] for u in plan["units"] if "tasks_sha" in u}
    need(not named & given, "an item names a unit whose tasks are given")
    need(named | given == {u["unit"] for u in plan["units"]}, "units are not those of the items and of given tasks")
    for e in plan["entropy"]:
        keys(e, "entropy", {"name": lambda v: label(v) and v != "commit", "event": line, "bits": integer(0, 1024),
                            "kind": one_of("public", "beacon", "witness", "seal", "chain")},
             {"commit": hex64, "by": line})
        need(("commit" in e) == (e["kind"] in ("seal", "chain")), f"entropy {e['name']}: commit")
        need("by" not in e or "commit" in e, f"entropy {e['name']}: by on a {e['kind']}")
    for k in "name", "event":
        need(len({e[k] for e in plan["entropy"]}) == len(plan["entropy"]), f"entropy: {k} repeated")
    kinds = [e["kind"] for e in plan["entropy"]]
    public = [i for i, kind in enumerate(kinds) if kind in ("public", "beacon")]
    need(not public or "witness" not in kinds[public[-1]:], "a witness line after the last public event")
    return f"{plan['draw']}: {len(plan['items'])} items, {len(plan['units'])} units, {plan['hash']}"


# ---------------------------------------------------------------- frozen files (section 2)

def codes(s):
    parts = s.split(",")
    return all(map(identifier, parts)) and all(a < b for a, b in zip(parts, parts[1:]))


or_none = lambda good: lambda s: s == "-" or good(s)
visits = lambda s: s.count(",") < 4 and all(map(count_text, s.split(",")))
flag = one_of("0", "1")
COLUMNS = {
    "candidates": [entity, area, or_none(word), word, visits, or_none(date), or_none(date), weight_text],
    "population": [entity, stratum_id],
    "roster": [identifier, area, or_none(codes), flag, flag, date, count_text, or_none(count_text)],
    "tasks": [entity, area, codes],
    "conflicts": [identifier, entity, label],
}


def raw_lines(path):
    with open(path, "rb") as f:
        yield from f


def rows(path):
    """The rows of a file that was found well formed."""
    for raw in raw_lines(path):
        yield raw[:-1].decode().split("\t")


def check_file(path, columns, suite, sort_columns=1, most=None, with_root=False, each=None):
    """Well-formedness line by line; returns hash, Merkle root and number of lines."""
    name, whole, tree, last, n = os.path.basename(path), suite(), Merkle(suite), None, 0
    for n, raw in enumerate(raw_lines(path), 1):
        at = f"{name}:{n}"
        whole.update(raw)
        need(raw.endswith(b"\n"), at + ": no final LF")
        if with_root:
            tree.add(raw[:-1])
        try:
            row = raw[:-1].decode("utf-8").split("\t")
        except UnicodeDecodeError:
            raise Bad(at + ": not UTF-8") from None
        need(len(row) == len(columns), f"{at}: {len(row)} columns, not {len(columns)}")
        for i, (value, good) in enumerate(zip(row, columns), 1):
            need(good(value), f"{at}: column {i}: {ascii(value)[:80]}")
        need(last is None or last < row[:sort_columns], at + ": not strictly ascending")
        last = row[:sort_columns]
        if each:
            each(row, at)
    need(most is None or n <= most, f"{name}: more than {most} lines")
    return whole.hexdigest(), tree.root(), n


# ---------------------------------------------------------------- population and selection (sections 3 and 6)

def judge(frame, row):
    """(exclusion code, None) or (None, stratum) of a row of candidates."""
    _, area_code, cls, status, seen, last_visit, hold, _ = row
    if status != "active":
        return "inactive", None
    if hold != "-" and hold > frame["date"]:
        return "held", None
    seen = [int(v) for v in seen.split(",")]
    if any(c.get("class", cls) == cls and seen[c["counter"]] >= c["max"] for c in frame.get("caps", [])):
        return "capped", None
    parts = [cls if by == "class" else area_code[:int(by[4:])] for by in frame["strata_by"]]
    since = frame.get("cooldown_from")
    return None, ("/".join(parts) or "all") + ("~" if since and last_visit != "-" and last_visit >= since else "")


class Best:
    """The k smallest of what is added."""

    def __init__(self, k):
        self.k, self.kept, self.top = k, [], None

    def add(self, x):
        if self.k and (self.top is None or x < self.top):
            self.kept.append(x)
            if len(self.kept) > 2 * self.k + 1000:
                self.cut()

    def cut(self):
        self.kept = sorted(self.kept)[:self.k]
        if len(self.kept) == self.k > 0:
            self.top = self.kept[-1]
        return self.kept


def select(it, path, ticket):
    """{stratum: (cut, selected, reserve)} of an item from its population file."""
    plan = {s["id"]: (s["method"], size(s)) for s in it["strata"]}
    heaviest = {k: Best(n) for k, (method, n) in plan.items() if method == "pareto"}
    total = collections.Counter()
    if heaviest:                                        # first pass: who is certain
        for row in rows(path):
            if row[1] in heaviest:
                total[row[1]] += int(row[2])
                heaviest[row[1]].add((-int(row[2]), row[0]))
    certain = {}
    for k, best in heaviest.items():
        m, X, sure = plan[k][1], total[k], []
        for minus_x, eid in best.cut():
            if m * -minus_x < X:
                break
            sure.append(eid)
            m, X = m - 1, X + minus_x
        certain[k] = (sure, set(sure), m, X)
    rest = {k: Best(n + it["reserve"]) for k, (_, n) in plan.items()}
    for row in rows(path):
        eid, k = row[0], row[1]
        if k not in plan:
            continue
        key = ticket(it["label"], eid)
        if k in certain:
            _, sure, m, X = certain[k]
            if eid in sure:
                continue
            if m:
                t, mx = 2 * int(key, 16) + 1, m * int(row[2])
                key = (t * (X - mx) << 128) // ((2**257 - t) * mx)
        rest[k].add((key, eid))
    drawn = {}
    for k, (method, n) in plan.items():
        sure, m = (certain[k][0], certain[k][2]) if k in certain else ([], n)
        best = rest[k].cut()
        if m and len(best) >= m:
            cut = str(best[m - 1][0])
        else:
            cut = "certain" if k in certain else "0" * 64
        ids = [eid for _, eid in best]
        drawn[k] = (cut, sure + ids[:m], ids[m:m + it["reserve"]])
    return drawn


# ---------------------------------------------------------------- staffing (section 7)

def pair(a, b):
    """Lexicographic pairs as single integers: |b| stays far below 2^127."""
    return (a << 128) + b


class Unit:
    """The flow network of a unit. Nodes: ("task", i), ("lead" or "gated", i), ("inspector", j), "sink"."""

    def __init__(self, u, roster, conflicts, tasks):
        self.u, self.k, self.name = u, u["seats"], u["unit"]
        self.tasks = sorted(tasks)                              # {entity: {item: area}}
        self.ids = [r[0] for r in roster]
        self.index = {r[0]: j for j, r in enumerate(roster)}
        self.carry = [int(r[6]) for r in roster]
        self.room = [min(len(tasks), int(r[7])) if r[7] != "-" else len(tasks) for r in roster]
        self.roster, self.families = roster, []                 # [(name, members, limit)], outer first
        lead = {j for j, r in enumerate(roster) if r[3] == "0"}
        gated = {j for j, r in enumerate(roster) if r[4] == "1"} if "gate" in u else set()
        if lead:
            self.families.append(("lead", lead, self.k - 1))
        if gated:
            self.families.append(("gated", gated, u["gate"]["max"]))
        self.families.sort(key=lambda f: -len(f[1]))            # stable: lead is outer if they are equal
        self.legal_families = not lead & gated or lead <= gated or gated <= lead
        # the gates on the way to each inspector, and the gate before each gate
        self.way = [[f for f, members, _ in self.families if j in members] for j in range(len(roster))]
        nested = len(self.families) == 2 and bool(lead & gated)
        self.before = {f: self.families[0][0] if nested and x else "task"
                       for x, (f, _, _) in enumerate(self.families)}
        digits = 0 if u["area_rule"] == "any" else int(u["area_rule"][4:])
        fit = [(r[1][:digits], set(r[2].split(",")), r[0]) for r in roster]
        certified = [j for j, r in enumerate(roster) if r[5] >= u["visit_by"]]
        self.eligible = []
        for t in self.tasks:
            wanted, places = set(tasks[t]), {a[:digits] for a in tasks[t].values()}
            self.eligible.append([j for j in certified if wanted <= fit[j][1] and places <= {fit[j][0]}
                                  and (fit[j][2], t) not in conflicts])
        self.sets = [set(e) for e in self.eligible]

    def check_teams(self, teams):
        """Legal and complete? teams are lists of inspector ids, parallel to tasks."""
        need(len(teams) == len(self.tasks), "as many teams as tasks")
        load = collections.Counter()
        for t, team, able in zip(self.tasks, teams, self.sets):
            need(len(team) == self.k == len(set(team)), f"{t}: {self.k} different inspectors")
            for j in team:
                need(self.index.get(j) in able, f"{t}: {ascii(j)[:80]} is not eligible")
            members = {self.index[j] for j in team}
            for f, family, limit in self.families:
                need(len(members & family) <= limit, f"{t}: too many of family {f}")
            load.update(members)
        for j, n in load.items():
            need(n <= self.room[j], f"{self.ids[j]}: above his cap")

    def gates(self, teams):
        """(from, to, flow, limit) of every gate arc."""
        for i, team in enumerate(teams):
            for f, family, limit in self.families:
                yield (self.before[f], i), (f, i), len(team & family), limit

    def arcs(self, teams, w=None):
        """(u, v, cost) of every residual arc except sink arcs that cannot be tight; teams are sets of indices."""
        load = collections.Counter(itertools.chain.from_iterable(teams))
        for u, v, flow, limit in self.gates(teams):
            if flow < limit:
                yield u, v, 0
            if flow:
                yield v, u, 0
        for i, team in enumerate(teams):
            for j in self.eligible[i]:
                u, v, cost = ((self.way[j] or ["task"])[-1], i), ("inspector", j), w(i, j) if w else 0
                yield (v, u, -cost) if j in team else (u, v, cost)
        for j, room in enumerate(self.room):            # the next empty and the last full arc bind the others
            if load[j] < room:
                yield ("inspector", j), "sink", pair(2 * (self.carry[j] + load[j] + 1) - 1, 0)
            if load[j]:
                yield "sink", ("inspector", j), -pair(2 * (self.carry[j] + load[j]) - 1, 0)

    def certificate(self, teams, duals, w):
        """Checks that the potentials are valid and largest; returns whether the staffing is unique."""
        teams = [{self.index[j] for j in team} for team in teams]
        lists = {"task": self.tasks, "inspector": self.ids, **{f: self.tasks for f, _, _ in self.families}}
        need(set(duals) == set(lists), f"duals of {', '.join(sorted(lists))} expected")
        pi = {"sink": 0}
        for kind, nodes in lists.items():
            need(len(duals[kind]) == len(nodes), f"duals: {kind}: length")
            for i, (a, b) in enumerate(duals[kind]):
                pi[kind, i] = pair(int(a), int(b))
                need(pi[kind, i] <= 0, f"a potential above (0,0): {kind} {nodes[i]}")
        tight = collections.defaultdict(list)
        for u, v, cost in self.arcs(teams, w):
            reduced = cost + pi[u] - pi[v]
            need(reduced >= 0, f"reduced cost of {u} -> {v} is negative")
            if reduced == 0:
                tight[u].append(v)
        reached = reach(tight, [v for v in pi if pi[v] == 0])
        need(len(reached) == len(pi), "potentials are not the largest")
        # merge the ends of partly filled gate arcs, then look for a directed cycle
        merged = {}
        for u, v, flow, limit in self.gates(teams):     # outer gates come first, so u is already merged
            merged[v] = merged.get(u, u) if 0 < flow < limit else v
        indegree, graph = collections.Counter(), collections.defaultdict(list)
        for u in tight:
            for v in tight[u]:
                a, b = merged.get(u, u), merged.get(v, v)
                if a != b:
                    graph[a].append(b)
                    indegree[b] += 1
        free = [v for v in {merged.get(v, v) for v in pi} if not indegree[v]]
        removed = 0
        while free:
            removed += 1
            for v in graph[free.pop()]:
                indegree[v] -= 1
                if not indegree[v]:
                    free.append(v)
        return removed == len({merged.get(v, v) for v in pi})

    def shortage(self):
        """The shortage of the transcript, or None if everybody can be staffed: a maximum flow of our own."""
        teams, load = [set() for _ in self.tasks], [0] * len(self.ids)
        for team, able in zip(teams, self.eligible):    # greedy start
            for j in sorted(able, key=lambda j: load[j] - self.room[j]):
                if (len(team) < self.k and load[j] < self.room[j]
                        and all(j not in fam or len(team & fam) < limit for _, fam, limit in self.families)):
                    team.add(j)
                    load[j] += 1
        while True:                                     # augment until the sink is out of reach
            graph = collections.defaultdict(list)
            for u, v, _ in self.arcs(teams):
                if u != "sink":
                    graph[u].append(v)
            parent = reach(graph, [("task", i) for i, team in enumerate(teams) if len(team) < self.k])
            if "sink" not in parent:
                break
            v = parent["sink"]
            while v is not None:
                u = parent[v]
                if u and v[0] == "inspector":
                    teams[u[1]].add(v[1])
                elif u and u[0] == "inspector":
                    teams[v[1]].remove(u[1])
                v = u
        A, B = sorted(v[1] for v in parent if v[0] == "task"), {v[1] for v in parent if v[0] == "inspector"}
        if not A:
            return None
        available = sum(self.room[j] for j in B)
        for i in A:
            outside = self.sets[i] - B
            through = {}
            for f, members, limit in reversed(self.families):       # inner first
                inner = [g for g in through if self.before[g] == f]
                here = sum(1 for j in outside if self.way[j] and self.way[j][-1] == f)
                through[f] = min(limit, here + sum(through[g] for g in inner))
            available += sum(1 for j in outside if not self.way[j])
            available += sum(n for f, n in through.items() if self.before[f] == "task")
        return dict(tasks=[self.tasks[i] for i in A], full=sorted(self.ids[j] for j in B),
                    inspectors=sorted({self.ids[j] for i in A for j in self.eligible[i]}),
                    needed=self.k * len(A), available=available)


def reach(graph, starts):
    """{node: the node before it} of everything reached from starts."""
    parent, queue = {v: None for v in starts}, list(starts)
    for u in queue:
        for v in graph.get(u, ()):
            if v not in parent:
                parent[v] = u
                queue.append(v)
    return parent


# ---------------------------------------------------------------- the transcript (section 8) and the checks (section 9)

def dual(v):
    return (type(v) is list and len(v) == 2 and all(map(pattern("0|-?[1-9][0-9]{0,18}"), v))
            and all(-2**63 <= int(x) < 2**63 for x in v))


def check_transcript_shape(t):
    texts, whole = list_of(text), integer(-2**53, 2**53)

    def duals_and_teams(o, where):
        need(list_of(texts)(o["teams"]), where + ": teams")
        keys(o["duals"], where + ": duals", dict(task=list_of(dual), inspector=list_of(dual)),
             dict(lead=list_of(dual), gated=list_of(dual)))

    keys(t, "transcript.json", dict(plan=anything, commit=text, entropy=is_list, seed=text, grade=text,
                                    items=is_list, staffing=is_list))
    for e in t["entropy"]:
        keys(e, "transcript.json: entropy", dict(name=text, value=text))
    for it in t["items"]:
        keys(it, "transcript.json: items", dict(item=text, strata=is_list))
        for s in it["strata"]:
            keys(s, "transcript.json: strata", dict(id=text, N=whole, n=whole, cut=text, selected=texts, reserve=texts))
    for s in t["staffing"]:
        where = "transcript.json: staffing"
        if type(s) is dict and "infeasible" in s:
            keys(s, where, dict(unit=text, infeasible=anything))
            keys(s["infeasible"], where + ": infeasible",
                 dict(tasks=texts, full=texts, inspectors=texts, needed=whole, available=whole))
            continue
        keys(s, where, dict(unit=text, R=whole, tasks=texts, inspectors=texts, teams=is_list, duals=anything),
             {"tied": is_list})
        duals_and_teams(s, where)
        for o in s.get("tied", []):
            keys(o, where + ": tied", dict(teams=is_list, duals=anything))
            duals_and_teams(o, where + ": tied")


class Bundle:
    """One method per check: it returns what its line says and raises Bad if the check fails or cannot be run."""

    def __init__(self, folder, published):
        self.folder, self.published = folder, published
        self.plan_bytes, self.seed_bytes, self.transcript_bytes = (
            b"".join(raw_lines(self.path(f))) for f in ("plan.json", "seed.txt", "transcript.json"))
        self.malformed, self.drawn, self.shown, self.units, self.settled = set(), {}, {}, {}, set()
        self.missing = []                               # files that could not be opened

    def path(self, name):
        return os.path.join(self.folder, name)

    def H(self, s):
        return self.suite(s.encode() if type(s) is str else s).hexdigest()

    def run(self):
        status = 0
        for check in CHECKS:
            try:
                result = "ok", getattr(self, check)()
            except Bad as error:
                result, status = ("FAIL", str(error)), 1
            except OSError as error:
                self.missing.append(str(error))
                result = "FAIL", str(error)
            print(f"{result[0]} {check} {result[1] or ''}".rstrip())
            if result[0] == "FAIL" and check in ("canonical", "plan"):
                break
        return 2 if self.missing else status

    def each(self, entries, check, where):
        """Runs a check on every entry, so that one failure does not hide the next; Bad with all the texts."""
        said, bad = [], []
        for e in entries:
            try:
                said.append(check(e) or "")
            except Bad as error:
                bad.append(f"{where} {e[where]}: {error}")
            except OSError as error:
                self.missing.append(str(error))
                bad.append(str(error))
        need(not bad, "; ".join(bad))
        return "; ".join(filter(None, said))

    def canonical(self):
        plan = parse_canonical(self.plan_bytes, "plan.json")
        self.t = parse_canonical(self.transcript_bytes, "transcript.json")
        check_transcript_shape(self.t)
        need(J(self.t["plan"]) == self.plan_bytes, "plan.json is not the plan of the transcript")
        self.p = plan

    def plan(self):
        said = check_plan(self.p)
        self.suite = SUITES[self.p["hash"]]
        self.commit_hex = self.H(self.plan_bytes)
        entropy = "".join(f"{e['name']}={e['value']}\n" for e in self.t["entropy"])
        self.seed_text = f"draw/1 seed\ncommit={self.commit_hex}\n{entropy}".encode()
        self.seed_hex = self.H(self.seed_text)          # never the transcript's own
        return said

    def commit(self):
        need(self.t["commit"] == self.commit_hex, "commit is not the hash of plan.json")
        need(self.published in (None, self.commit_hex), "commit is not the published one")
        return self.commit_hex

    def entropy(self):
        need([e["name"] for e in self.t["entropy"]] == [e["name"] for e in self.p["entropy"]],
             "entropy names or their order")
        for e, value in zip(self.p["entropy"], (x["value"] for x in self.t["entropy"])):
            name, kind = f"value of {e['name']}", e["kind"]
            need(line(value), name + " is not a line")
            if kind in ("seal", "chain"):
                need(hex64(value), f"{name} is not 64 hex characters")
                need(self.H(value) == e["commit"], name + " does not open its commit")
            if kind == "beacon":
                need(pattern("([0-9a-f]{2})+")(value), name + " is not hex of even length")
            if kind in ("public", "beacon"):
                need(e["bits"] <= 8 * len(value.encode()), f"{name} does not hold {e['bits']} bits")
        return f"{len(self.p['entropy'])} values"

    def seed(self):
        need(self.seed_bytes == self.seed_text, "seed.txt")
        need(self.t["seed"] == self.seed_hex, "seed is not the hash of seed.txt")
        return self.seed_hex

    def grade(self):
        events = [e for e in self.p["entropy"] if e["kind"] in ("public", "beacon")]
        if sum(e["bits"] for e in events) >= 60:
            grade = "public"
        else:
            grade = "sealed" if any(e["kind"] == "witness" or "by" in e for e in self.p["entropy"]) else "self"
        need(self.t["grade"] == grade, "grade is " + grade)
        return "; ".join([grade] + [f"{e['event']} ({e['bits']} bits)" for e in events]
                         + ["staffing only"] * (not self.p["items"]))

    def files(self):
        bad, said = [], []

        def file(kind, entry, key, *columns, **options):
            name = f"{kind}.{entry}.tsv"
            try:
                self.malformed.add(name)                # until it is found well formed
                result = check_file(self.path(name), COLUMNS[kind] + list(columns), self.suite, **options)
                self.malformed.remove(name)
                said.append(f"{name} {result[2]}")
                need(result[0] == key, name + " does not have the hash of the plan")
                return result
            except Bad as error:
                bad.append(str(error))
            except OSError as error:
                self.missing.append(str(error))
                bad.append(str(error))

        for it in self.p["items"]:
            caps, width = it["frame"].get("caps", []), []

            def same_width(row, at):
                width.append(row[4].count(",") + 1)
                need(width[0] == width[-1], at + ": column 5: not as many counts as above")
                del width[1:]
                for c in caps:
                    need(c["counter"] < width[0], f"{at}: counter {c['counter']} of caps is missing")

            weights = [weight_text] * any(s["method"] == "pareto" for s in it["strata"])
            file("candidates", it["item"], it["candidates_sha"], each=same_width)
            result = file("population", it["item"], it["population_sha"], *weights, with_root=True)
            if result and result[1:] != (it["population_root"], it["N"]):
                bad.append(f"population.{it['item']}.tsv does not have the root or the N of the plan")
        for u in self.p["units"]:
            file("roster", u["unit"], u["roster_sha"], most=10000)
            file("conflicts", u["unit"], u["conflicts_sha"], sort_columns=2)
            if "tasks_sha" in u:
                file("tasks", u["unit"], u["tasks_sha"])
        need(not bad, "; ".join(bad))
        return "lines: " + ", ".join(said)

    def readable(self, *names):
        return not self.malformed & set(names)

    def population(self):
        def check(it):
            names = [f"{kind}.{it['item']}.tsv" for kind in ("candidates", "population")]
            if not self.readable(*names):
                raise Bad("the files are not well formed")
            excluded, strata = collections.Counter(inactive=0, held=0, capped=0), collections.Counter()
            weighted = any(s["method"] == "pareto" for s in it["strata"])

            def derived():
                for row in rows(self.path(names[0])):
                    code, stratum = judge(it["frame"], row)
                    if code:
                        excluded[code] += 1
                    else:
                        strata[stratum] += 1
                        yield [row[0], stratum] + [row[7]] * weighted

            for want, got in itertools.zip_longest(derived(), rows(self.path(names[1]))):
                need(want == got, f"{want} expected, population has {got}")
            need(excluded == it["excluded"], f"excluded counts {dict(excluded)}")
            need(strata == {s["id"]: s["N"] for s in it["strata"]}, "strata or their N")
            return f"{it['item']} {it['N']} eligible"
        return self.each(self.p["items"], check, "item")

    def size(self):
        need([it["item"] for it in self.t["items"]] == [it["item"] for it in self.p["items"]], "items")
        shown = {it["item"]: [(s["id"], s["N"], s["n"]) for s in it["strata"]] for it in self.t["items"]}

        def check(it):
            need(shown[it["item"]] == [(s["id"], s["N"], size(s)) for s in it["strata"]], "strata, N or n")
            return f"{it['item']} {sum(map(size, it['strata']))}/{it['N']}"
        return self.each(self.p["items"], check, "item")

    def selection(self):
        ticket = lambda label_, eid: self.H(f"{self.seed_hex}|{label_}|{eid}")
        shown = {it["item"]: {s["id"]: s for s in it["strata"]} for it in self.t["items"]}

        def check(it):
            need(self.readable(f"population.{it['item']}.tsv"), "the population is not well formed")
            drawn = select(it, self.path(f"population.{it['item']}.tsv"), ticket)
            self.drawn[it["item"]] = {eid for _, selected, _ in drawn.values() for eid in selected}
            for k, right in drawn.items():
                s = shown.get(it["item"], {}).get(k)
                need(s, f"stratum {k!a} is missing")
                for part, value in zip(("cut", "selected", "reserve"), right):
                    need(s[part] == value, f"stratum {k!a}: {part}")
            return f"{it['item']} {len(self.drawn[it['item']])} selected"
        return self.each(self.p["items"], check, "item")

    def tasks_of(self, u):
        tasks = {}
        if "tasks_sha" in u:
            for eid, place, items in rows(self.path(f"tasks.{u['unit']}.tsv")):
                tasks[eid] = {item: place for item in items.split(",")}
            return tasks
        for it in self.p["items"]:
            if it["unit"] == u["unit"]:
                need(it["item"] in self.drawn, f"no selection for item {it['item']}")
                need(self.readable(f"candidates.{it['item']}.tsv"), "the candidates are not well formed")
                found = 0
                for row in rows(self.path(f"candidates.{it['item']}.tsv")):
                    if row[0] in self.drawn[it["item"]]:
                        tasks.setdefault(row[0], {})[it["item"]] = row[1]
                        found += 1
                need(found == len(self.drawn[it["item"]]), "somebody selected is not a candidate")
        return tasks

    def staffing(self):
        need([s["unit"] for s in self.t["staffing"]] == [u["unit"] for u in self.p["units"]], "units")
        self.shown = {s["unit"]: s for s in self.t["staffing"]}

        def check(u):
            name, s = u["unit"], self.shown[u["unit"]]
            need(self.readable(f"roster.{name}.tsv", f"conflicts.{name}.tsv", f"tasks.{name}.tsv"),
                 "the files are not well formed")
            roster = list(rows(self.path(f"roster.{name}.tsv")))
            conflicts = {(row[0], row[1]) for row in rows(self.path(f"conflicts.{name}.tsv"))}
            if "pool" in u:
                free = sum(r[4] == "0" for r in roster)
                need(free * u["pool"]["den"] >= len(roster) * u["pool"]["num"],
                     f"pool: {free} of {len(roster)} are not gated")
            unit = Unit(u, roster, conflicts, self.tasks_of(u))
            need(unit.legal_families, "families overlap")
            said = (f"{name}: {len(unit.tasks)} tasks, {len(roster)} inspectors, "
                    f"{sum(len(e) == unit.k for e in unit.eligible)} tasks with exactly {unit.k} eligible, "
                    f"{len(conflicts)} conflicts")
            if "infeasible" in s:
                right = unit.shortage()
                need(right, "a shortage is claimed, but everybody can be staffed")
                for k, value in right.items():
                    need(s["infeasible"][k] == value, f"shortage: {k} is {ascii(value)[:200]}")
                self.settled.add(name)
                return f"{said}, shortage of {right['needed'] - right['available']} seats"
            need(s["tasks"] == unit.tasks, "tasks")
            need(s["inspectors"] == unit.ids, "inspectors")
            unit.check_teams(s["teams"])
            self.units[name] = unit
            self.settled.add(name)
            return said
        return self.each(self.p["units"], check, "unit")

    def on_staffed(self, check):
        """Runs a check on every unit that has a staffing; those with a shortage have nothing more to show."""
        def run(u):
            need(u["unit"] in self.settled, "not run: the staffing is not legal")
            return check(u, self.shown[u["unit"]], self.units[u["unit"]]) if u["unit"] in self.units else ""
        return self.each(self.p["units"], run, "unit")

    def certify(self, unit, o, R):
        prefix = f"{self.seed_hex}|{unit.u['label']}|{R}|"
        w = lambda i, j: int(self.H(f"{prefix}{unit.tasks[i]}|{unit.ids[j]}")[:12], 16)
        return unit.certificate(o["teams"], o["duals"], w)

    def optimal(self):
        self.is_unique = {}

        def check(u, s, unit):
            self.is_unique[unit.name] = self.certify(unit, s, s["R"])
        return self.on_staffed(check)

    def unique(self):
        def check(u, s, unit):
            tied = s.get("tied", [])
            need(("tied" in s) == (s["R"] > 0) and len(tied) == s["R"], "R without ties")
            for R, o in enumerate(tied):
                need(all(team == sorted(team) for team in o["teams"]), f"tied {R}: teams not sorted")
                unit.check_teams(o["teams"])
                need(not self.certify(unit, o, R), f"tied {R}: the staffing is unique")
            need(unit.name in self.is_unique, "not run: the potentials prove nothing")
            need(self.is_unique[unit.name], "the staffing is not unique")
        return self.on_staffed(check)

    def roles(self):
        def check(u, s, unit):
            for t, team in zip(unit.tasks, s["teams"]):
                order = sorted(team, key=lambda j: self.H(f"{self.seed_hex}|role|{unit.name}|{t}|{j}"))
                lead = next(j for j in order if unit.roster[unit.index[j]][3] == "1")
                order.remove(lead)
                need(team == [lead] + order, f"{t}: order of roles")
        return self.on_staffed(check)


def main(args):
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    published = None
    if "--commit" in args[:-1]:
        at = args.index("--commit")
        published = args[at + 1]
        args = args[:at] + args[at + 2:]
    if len(args) != 1 or args[0].startswith("-"):
        print("usage: python3 verify.py DIR [--commit HEX]", file=sys.stderr)
        return 2
    try:
        return Bundle(args[0], published).run()
    except OSError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
