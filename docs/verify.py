#!/usr/bin/env python3
"""verify.py - an independent verifier of draw/1 in one file, Python 3.11 standard library only.

    python3 verify.py DIR [--commit HEX]

DIR is a bundle: plan.json, seed.txt, transcript.json and the frozen TSV files. Every check of §9
is repeated from them and prints a line, `ok <check> ...` or `FAIL <check> ...`. Exit code 0: every
check holds. 1: one fails. 2: a file is missing or cannot be opened, or the command line is wrong.

Written from the text of the specification alone (§ is a section of it): it shares no code with the
program that draws, so that the two can disagree. No network, clock, random numbers or floating
point; nothing is written. Each method of Bundle, at the end, is one check; above is what they use.
"""
import argparse, datetime, functools, graphlib, hashlib, heapq, json, operator, pathlib, re, sys
import unicodedata
from collections import Counter, defaultdict
from itertools import chain, pairwise

CHECKS = ("canonical plan commit entropy seed grade files population size selection "
          "staffing optimal unique roles").split()
RESTS_ON = {"optimal": "staffing", "unique": "optimal", "roles": "staffing"}

class Bad(Exception):
    """A rule of draw/1 does not hold; the text says which."""

def need(condition, *words):
    """Raises Bad with the words unless the condition holds."""
    if not condition:
        raise Bad(": ".join(map(str, words)))

# ---------------------------------------------------------------------------------- hashes (§1)
def sm3(data):
    """The 32 bytes of SM3 (GB/T 32905-2016), for a hashlib that lacks it."""
    def rot(x, n):
        return (x << n % 32 | x % 2**32 >> 32 - n % 32) % 2**32
    data += b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8)
    words = [int.from_bytes(data[at:at + 4]) for at in range(0, len(data), 4)]
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
             0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    for block in range(0, len(words), 16):
        (a, b, c, d, e, f, g, h), w = state, words[block:block + 16]
        for i in range(64):
            x = w[i] ^ w[i + 7] ^ rot(w[i + 13], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[i + 3], 7) ^ w[i + 10])
            s1 = rot(rot(a, 12) + e + rot(0x79CC4519 if i < 16 else 0x7A879D8A, i), 7)
            ff = a ^ b ^ c if i < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if i < 16 else e & f | ~e & g
            t1 = (ff + d + (s1 ^ rot(a, 12)) + (w[i] ^ w[i + 4])) % 2**32
            t2 = (gg + h + s1 + w[i]) % 2**32
            t2 ^= rot(t2, 9) ^ rot(t2, 17)
            a, b, c, d, e, f, g, h = t1, a, rot(b, 9), c, t2, e, rot(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4) for x in state)

SUITES = {"sha256": lambda data: hashlib.sha256(data).digest(), "sm3": sm3}
if "sm3" in hashlib.algorithms_available:
    SUITES["sm3"] = lambda data: hashlib.new("sm3", data).digest()

def merkle_root(lines, suite):
    """The root of RFC 6962: on every level pairs are joined, and an odd end moves up as it is."""
    level = [suite(b"\0" + row) for row in lines] or [suite(b"")]
    while len(level) > 1:
        odd = level[len(level) & ~1:]
        level = [suite(b"\1" + left + right) for left, right in zip(level[::2], level[1::2])] + odd
    return level[0].hex()

# ------------------------------------------- texts (§1): a test is true of a text that is one
def decimal(low, high):
    """A test for a decimal integer in a range, without plus sign or leading zeros."""
    written = re.compile("0|-?[1-9][0-9]{0,18}").fullmatch
    return lambda value: written(value) and low <= int(value) <= high

def or_none(test):
    """A test for what passes the given test, or `-`."""
    return lambda value: value == "-" or test(value)

def ascending(values):
    """Does each value come strictly before the next?"""
    return all(before < after for before, after in pairwise(values))

WORD, COUNT = "[0-9A-Za-z][0-9A-Za-z._-]{0,31}", "(0|[1-9][0-9]{0,8}|1000000000)"
word, label = re.compile(WORD).fullmatch, re.compile("[0-9a-z][0-9a-z._-]{0,31}").fullmatch
identifier = re.compile("[0-9A-Z][0-9A-Z._-]{0,63}").fullmatch
kind_and_id = re.compile(r"[A-Z][0-9A-Z]*\..+").fullmatch
stratum_id = re.compile(f"(-|{WORD})(/(-|{WORD}))*~?").fullmatch
area, flag = re.compile("[0-9]{6,12}").fullmatch, re.compile("[01]").fullmatch
hex64, hexes = re.compile("[0-9a-f]{64}").fullmatch, re.compile("([0-9a-f]{2})+").fullmatch
count, visits = re.compile(COUNT).fullmatch, re.compile(f"{COUNT}(,{COUNT}){{0,3}}").fullmatch
weight, signed64 = decimal(1, 2**31 - 1), decimal(-2**63, 2**63 - 1)
invisible = re.compile("[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                       "\ufeff\U000e0000-\U000e007f]").search
CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

def credit_code(value):
    """A 统一社会信用代码 with the right check character (GB 32100)."""
    *body, check_digit = map(CODE_DIGITS.find, value or " ")
    return (len(body) == 17 and min(body) >= 0 <= check_digit
            and (sum(digit * 3**i for i, digit in enumerate(body)) + check_digit) % 31 == 0)

def entity(value):
    """An entity identifier: a credit code, or KIND.id unless it is R. and a credit code."""
    if "." not in value:
        return credit_code(value)
    disguised = value[:2] == "R." and credit_code(value[2:])
    return identifier(value) and kind_and_id(value) and not disguised

def scopes(value):
    """Item codes joined by commas, strictly ascending."""
    return all(map(identifier, value.split(","))) and ascending(value.split(","))

@functools.lru_cache(maxsize=10_000)
def date(value):
    """A day of the years 1900 to 9999 as YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(value).isoformat() == value >= "1900"
    except ValueError:
        return False

def line(value):
    """1 to 1000 bytes in NFC without spaces at the ends and invisible characters."""
    return (1 <= len(value.encode()) <= 1000 and value == value.strip(" ")
            and not invisible(value) and unicodedata.is_normalized("NFC", value))

# ------------------------------- schemas of plan (§4, §5), transcript (§8) and frozen files (§2)
# {key: schema} is an object with these keys, of which `key?` is optional; [schema] a list, [schema,
# key] one that ascends strictly by that key, (schema, schema) a list of two; a set or a range holds
# the values allowed; int, str, dict and object are types; everything else is a test of texts.
AMOUNT, PUBLIC, SEALED = range(10**9 + 1), ("public", "beacon"), ("seal", "chain")
RATIO = {"num": AMOUNT, "den": range(1, 10**6 + 1)}
PACE = RATIO | {"part": range(1, 1001), "of": range(1, 1001), "base": AMOUNT, "done": AMOUNT}
STRATUM = {"id": stratum_id, "N": range(1, 10**9 + 1), "method": {"srs", "pareto"}, "min?": AMOUNT,
           "cap?": RATIO, "ratio?": RATIO, "pace?": PACE, "all?": {True}}
FRAME = {"date": date, "cooldown_from?": date, "strata_by": [{"area2", "area4", "area6", "class"}],
         "caps?": [{"counter": range(4), "max": AMOUNT, "class?": or_none(word)}]}
ITEM = {"item": identifier, "basis": line, "kind": {"key", "seasonal", "risk", "routine"},
        "unit": identifier, "label": label, "frame": FRAME, "N": AMOUNT, "reserve": AMOUNT,
        "excluded": {"inactive": AMOUNT, "held": AMOUNT, "capped": AMOUNT},
        "candidates_sha": hex64, "population_sha": hex64, "population_root": hex64,
        "strata": [STRATUM, "id"]}
UNIT = {"unit": identifier, "kind": {"inspectors", "experts", "labs"}, "label": label,
        "seats": range(1, 100), "area_rule": {"any", "same2", "same4", "same6"},
        "gate?": {"max": range(99)}, "pool?": RATIO, "visit_by": date, "from?": hex64,
        "roster_sha": hex64, "conflicts_sha": hex64, "tasks_sha?": hex64}
ENTROPY = {"name": label, "kind": {"witness", *PUBLIC, *SEALED}, "event": line,
           "bits": range(1025), "commit?": hex64, "by?": line}
PLAN = {"v": {"draw/1"}, "draw": identifier, "hash": {*SUITES}, "prev": hex64, "date": date,
        "items": [ITEM, "item"], "units": [UNIT, "unit"], "entropy": [ENTROPY], "note?": line}

DRAWN = {"id": str, "N": int, "n": int, "cut": str, "selected": [str], "reserve": [str]}
TRANSCRIPT = {"plan": object, "commit": str, "entropy": [{"name": str, "value": str}], "seed": str,
              "grade": str, "items": [{"item": str, "strata": [DRAWN]}], "staffing": [dict]}
POTENTIALS = [(signed64, signed64)]
OPTIMUM = {"teams": [[str]], "duals": {"task": POTENTIALS, "inspector": POTENTIALS,
                                       "lead?": POTENTIALS, "gated?": POTENTIALS}}
STAFFED = OPTIMUM | {"unit": str, "R": int, "tasks": [str], "inspectors": [str], "tied?": [OPTIMUM]}
SHORT = {"unit": str, "infeasible": {"tasks": [str], "full": [str], "inspectors": [str],
                                     "needed": int, "available": int}}
day = or_none(date)
COLUMNS = {"candidates": [entity, area, or_none(word), word, visits, day, day, weight],
           "population": [entity, stratum_id],  # and the weight under pareto
           "roster": [identifier, area, or_none(scopes), flag, flag, date, count, or_none(count)],
           "tasks": [entity, area, scopes],
           "conflicts": [identifier, entity, label]}

def check(value, schema, where):
    """Bad unless the value is as the schema says."""
    if type(schema) is dict:
        need(type(value) is dict, where, "not an object")
        unknown = value.keys() - {key.rstrip("?") for key in schema}
        missing = {key for key in schema if key[-1] != "?"} - value.keys()
        need(not unknown | missing, where, f"unknown or missing: {sorted(unknown | missing)!a}")
        for key in value:
            check(value[key], schema.get(key) or schema[key + "?"], f"{where}: {key}")
    elif type(schema) in (list, tuple):
        need(type(value) is list, where, "not a list")
        for part in value:
            check(part, schema[0], where)
        if type(schema) is tuple:
            need(len(value) == len(schema), where, f"{len(value)} parts")
        elif len(schema) == 2:
            need(ascending(part[schema[1]] for part in value), where, "not sorted")
    else:
        if type(schema) in (set, range):
            fits = type(value) is type(next(iter(schema))) and value in schema
        elif type(schema) is type:
            fits = schema in (object, type(value))
        else:
            fits = type(value) is str and schema(value)
        need(fits, where, f"bad value {ascii(value)[:80]}")

def J(value):
    """The bytes of canonical JSON (§1)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def parse(data, name):
    """The value of canonical JSON; Bad if the bytes are anything else."""
    try:  # of two equal keys one is lost and a float becomes a text: both come back otherwise
        value = json.loads(data.decode(), parse_float=str)
        need(J(value) == data, name, "not canonical JSON")
    except (ValueError, RecursionError) as error:
        raise Bad(name, str(error)[:200]) from None
    parts = [value]
    for part in parts:
        if type(part) is dict:
            need(all(map(str.isascii, part)), name, "a key is not ASCII")
            parts += part.values()
        elif type(part) is list:
            parts += part
        elif type(part) is str:
            need(unicodedata.is_normalized("NFC", part), name, "a text is not in NFC")
        else:
            need(type(part) in (int, bool) and abs(part) < 2**53, name, part)
    return value

# ------------------------------------------- what no schema can say of a plan (§3, §4, §5)
def size(stratum):
    """n of a stratum (§4.1); Bad if the plan is invalid there."""
    N, name = stratum["N"], stratum["id"]
    rules = [stratum[key] for key in ("ratio", "pace", "all") if key in stratum]
    need(len(rules) == 1, name, "not one of ratio, pace, all")
    need("all" not in stratum or stratum["method"] == "srs", name, "a census that is not srs")
    rule = {"num": 1, "den": 1, "part": 1, "of": 1, "base": N, "done": 0}
    num, den, part, of, base, done = (rule | ({} if rules == [True] else rules[0])).values()
    need(num <= den and part <= of, name, "num or part too large")
    need(num >= 1 or name[-1] != "~", name, "a cool-down cell with ratio 0")
    floor = max(0, (base * num * part + den * of - 1) // (den * of) - done)
    n = min(N, max(stratum.get("min", 0), floor))
    if "cap" in stratum:
        most, per = stratum["cap"]["num"], stratum["cap"]["den"]
        need(most <= per and num * per <= most * den, name, "cap above 1 or below the floor")
        need(n <= max(floor, base * most // per - done), name, "n above its limit")
    return n

def check_plan(plan):
    """Bad unless the plan by itself is valid."""
    check(plan, PLAN, "plan")
    items, units, entropy = plan["items"], plan["units"], plan["entropy"]
    for item in items:
        name, frame = item["item"], item["frame"]
        caps = [(cap["counter"], cap.get("class", "")) for cap in frame.get("caps", [])]
        need(frame.get("cooldown_from", "") <= frame["date"], name, "cooldown_from after the frame")
        need(frame["date"] <= plan["date"], name, "the frame is dated after the freeze")
        need(len(set(frame["strata_by"])) == len(frame["strata_by"]), name, "strata_by")
        need(ascending(caps) and (caps or "caps" not in frame), name, "caps empty or not sorted")
        sizes = [(stratum["N"], size(stratum)) for stratum in item["strata"]]
        need(item["N"] == sum(N for N, _ in sizes), name, "N is not the sum")
    for unit in units:
        name, pool, gate = unit["unit"], unit.get("pool"), unit.get("gate", {"max": 0})
        need(unit["seats"] >= 2 or unit["kind"] != "inspectors", name, "seats")
        need(gate["max"] < unit["seats"], name, "gate")
        need(not pool or pool["num"] <= pool["den"], name, "pool: num > den")
        need(unit["visit_by"] >= plan["date"], name, "visit_by before the freeze")
        need("from" not in unit or "tasks_sha" in unit, name, "from without tasks_sha")
    for at, entry in enumerate(entropy):
        name, sealed = entry["name"], entry["kind"] in SEALED
        before = any(other["kind"] in PUBLIC for other in entropy[:at])
        later = any(other["kind"] in PUBLIC for other in entropy[at:])
        need(later or not before or entry["kind"] != "witness", name, "after the last public event")
        need(sealed == ("commit" in entry), name, "commit is for seal and chain")
        need(sealed or "by" not in entry, name, "by is for seal and chain")
    names, events = {entry["name"] for entry in entropy}, {entry["event"] for entry in entropy}
    need(len(names) == len(events) == len(entropy) > 0, "entropy empty, a name or event repeated")
    need("commit" not in names, "entropy named commit")
    named, given = {i["unit"] for i in items}, {u["unit"] for u in units if "tasks_sha" in u}
    need(units and sorted([*named, *given]) == [unit["unit"] for unit in units],
         "units are not exactly those that items name and, apart from them, those with tasks_sha")

# -------------------------------------------------------------- population and selection (§3, §6)
def judge(frame, row):
    """(exclusion code, None) or (None, stratum) of a row of candidates."""
    _, place, cls, status, seen, last_visit, hold_until, _ = row
    if status != "active":
        return "inactive", None
    if hold_until != "-" and hold_until > frame["date"]:
        return "held", None
    for cap in frame.get("caps", []):
        if cap.get("class", cls) == cls and int(seen.split(",")[cap["counter"]]) >= cap["max"]:
            return "capped", None
    parts = [cls if by == "class" else place[:int(by[4:])] for by in frame["strata_by"]]
    cooling = last_visit != "-" and last_visit >= frame.get("cooldown_from", "never")
    return None, ("/".join(parts) or "all") + "~" * cooling

def select(stratum, reserve, members, ticket):
    """(cut, selected, reserve) of a stratum, whose members [(weight, id)] are put in order."""
    m, X, certain, pareto = size(stratum), 0, [], stratum["method"] == "pareto"
    if pareto:
        X = sum(x for x, _ in members)
        members.sort(key=lambda member: (-member[0], member[1]))
        for x, eid in members[:m]:
            if m * x < X:
                break
            certain, m, X = certain + [eid], m - 1, X - x

    def place(x, eid):
        T = ticket(eid)
        if not pareto or m == 0:
            return T, eid
        t = 2 * int(T, 16) + 1
        return (t * (X - m * x) << 128) // ((2**257 - t) * m * x), eid

    rest = heapq.nsmallest(m + reserve, (place(*member) for member in members[len(certain):]))
    cut = str(rest[m - 1][0]) if 0 < m <= len(rest) else "certain" if pareto else "0" * 64
    ids = certain + [eid for _, eid in rest]
    return cut, ids[:len(certain) + m], ids[len(certain) + m:]

# ---------------------------------------------------------------------------------- staffing (§7)
SINK, FIRST = ("sink", 0), 2**128  # a pair of costs (a, b) is computed with as a * FIRST + b

def reach(graph, start, before, goals=()):
    """Adds what start reaches to before, {node: the node before}; ends at a goal and returns it."""
    before[start], queue = None, [start]
    for node in queue:
        for after in graph[node]:
            if after not in before:
                before[after] = node
                queue.append(after)
                if after in goals:
                    return after

class Network:
    """A unit's flow network: nodes ("task", i), ("lead" or "gated", i), ("inspector", j), SINK."""
    def __init__(self, unit, roster, conflicts, tasks):
        """Takes rows of the roster, {(inspector, entity)} and {entity: {item: area}}."""
        self.seats, self.tasks, self.ids = unit["seats"], sorted(tasks), [r[0] for r in roster]
        self.leads = {row[0] for row in roster if row[3] == "1"}
        self.carry = [int(row[6]) for row in roster]
        self.room = [min(len(tasks), 10**9 if row[7] == "-" else int(row[7])) for row in roster]
        lead = {j for j, row in enumerate(roster) if row[3] == "0"}
        gated = {j for j, row in enumerate(roster) if row[4] == "1" and "gate" in unit}
        need(lead <= gated or gated <= lead or not lead & gated, "families overlap")
        families = ("lead", lead, self.seats - 1), ("gated", gated, unit.get("gate", {}).get("max"))
        self.families = sorted(filter(lambda f: f[1], families), key=lambda f: -len(f[1]))
        ways = [["task"] + [name for name, members, _ in self.families if j in members]
                for j in range(len(roster))]
        self.gate = [way[-1] for way in ways]  # the kind of node before an inspector, before a gate
        self.outer = {inner: outer for way in ways for outer, inner in pairwise(way)}
        digits = 0 if unit["area_rule"] == "any" else int(unit["area_rule"][4:])
        able = [({row[1][:digits]}, set(row[2].split(",")), row[5]) for row in roster]
        self.eligible = []
        for task in self.tasks:
            places, items = {place[:digits] for place in tasks[task].values()}, set(tasks[task])
            self.eligible.append({
                j for j, (place, codes, until) in enumerate(able) if until >= unit["visit_by"]
                and places <= place and items <= codes and (self.ids[j], task) not in conflicts})

    def through_gates(self, people):
        """As many of these people as the gates let into one team."""
        for _, members, limit in reversed(self.families):
            people = people - set(sorted(people & members)[limit:])
        return people

    def legal(self, teams):
        """The teams as sets of numbers in the roster; Bad unless legal and complete."""
        index = {inspector: j for j, inspector in enumerate(self.ids)}
        numbered = [{index.get(inspector) for inspector in team} for team in teams]
        need(len(teams) == len(self.tasks), "as many teams as tasks")
        for task, team, members, able in zip(self.tasks, teams, numbered, self.eligible):
            need(len(team) == len(members) == self.seats, task, "not so many inspectors")
            need(members <= able, task, "somebody is not eligible")
            need(members == self.through_gates(members), task, "too many of a family")
        for j, load in Counter(chain(*numbered)).items():
            need(load <= self.room[j], self.ids[j], "above the cap")
        return numbered

    def residual(self, teams, cost=lambda i, j: 0):
        """(u, v, cost) of the residual arcs; of those to the sink, the ones that bind."""
        load = Counter(chain(*teams))
        for i, team in enumerate(teams):
            for name, members, limit in self.families:
                if len(team & members) < limit:
                    yield (self.outer[name], i), (name, i), 0
                if team & members:
                    yield (name, i), (self.outer[name], i), 0
            for j in self.eligible[i]:
                u, v = (self.gate[j], i), ("inspector", j)
                yield (v, u, -cost(i, j)) if j in team else (u, v, cost(i, j))
        for j, room in enumerate(self.room):
            next_cost = (2 * (self.carry[j] + load[j]) + 1) * FIRST
            if load[j] < room:
                yield ("inspector", j), SINK, next_cost
            if load[j]:
                yield SINK, ("inspector", j), 2 * FIRST - next_cost

    def certify(self, shown, ticket):
        """Bad unless the potentials are valid and the largest; is the staffing unique?"""
        def w(i, j):
            return int(ticket(f"{self.tasks[i]}|{self.ids[j]}")[:12], 16)
        teams, duals = self.legal(shown["teams"]), shown["duals"]
        sizes = {"inspector": len(self.ids)} | dict.fromkeys(["task", *self.outer], len(self.tasks))
        need(sizes == {kind: len(duals[kind]) for kind in duals}, "keys or lengths of duals")
        pi = {SINK: 0} | {(kind, i): int(first) * FIRST + int(second)
                          for kind in duals for i, (first, second) in enumerate(duals[kind])}
        need(max(pi.values()) == 0, "a potential above (0,0)")
        tight, reached, merged = defaultdict(set), {}, {}
        for u, v, arc_cost in self.residual(teams, w):
            need(arc_cost + pi[u] >= pi[v], "a reduced cost is negative", u, v)
            if arc_cost + pi[u] == pi[v]:
                tight[u].add(v)
                if u in tight[v]:  # both ways, so a partly filled gate arc: its ends are merged
                    merged[u] = merged.get(v, v)
        for node in pi:
            if pi[node] == 0 and node not in reached:
                reach(tight, node, reached)
        need(len(reached) == len(pi), "the potentials are not the largest")
        graph = defaultdict(set)
        for u in tight:
            end = merged.get(u, u)
            graph[end] |= {merged.get(v, v) for v in tight[u]} - {end}
        try:
            graphlib.TopologicalSorter(graph).prepare()
            return True
        except graphlib.CycleError:
            return False

    def shortage(self):
        """The shortage as §8 shows it, from a maximum flow of our own; [] if there is none."""
        teams, ends = [set() for _ in self.tasks], [True]
        while ends:  # paths of one round have no node in common
            load, before, graph, ends = Counter(chain(*teams)), {}, defaultdict(list), []
            spare = {("inspector", j) for j, room in enumerate(self.room) if load[j] < room}
            for u, v, _ in self.residual(teams):
                graph[u].append(v)
            for i, team in enumerate(teams):
                if len(team) < self.seats and ("task", i) not in before:
                    ends += filter(None, [reach(graph, ("task", i), before, spare)])
            for node in ends:
                while previous := before[node]:
                    for (_, i), (kind, j) in (previous, node), (node, previous):
                        if kind == "inspector":
                            teams[i] ^= {j}
                    node = previous
        A = [i for i in range(len(teams)) if ("task", i) in before]
        B = {j for j in range(len(self.ids)) if ("inspector", j) in before}
        able = set().union(*(self.eligible[i] for i in A))
        others = sum(len(self.through_gates(self.eligible[i] - B)) for i in A)
        return A and {"tasks": [self.tasks[i] for i in A], "full": [self.ids[j] for j in sorted(B)],
                      "inspectors": [self.ids[j] for j in sorted(able)],
                      "needed": self.seats * len(A),
                      "available": others + sum(self.room[j] for j in B)}

# ------------------------------------------------------------------------------- the checks (§9)
class Bundle:
    """One method per check: it returns what its line says and raises Bad if the check fails."""
    def __init__(self, folder, published):
        """Reads the three small files; published is the commit of --commit, or None."""
        self.folder, self.published = pathlib.Path(folder), published
        self.plan_bytes = (self.folder / "plan.json").read_bytes()
        self.seed_bytes = (self.folder / "seed.txt").read_bytes()
        self.transcript_bytes = (self.folder / "transcript.json").read_bytes()
        self.sound, self.selected = set(), {}  # well-formed files; {item: entities}

    def H(self, value):
        """The hash of a text in hex (§1)."""
        return self.suite(value.encode()).hex()

    def ticket(self, *parts):
        """{text: hash of seed, parts and text joined by `|`} as a function (§6, §7)."""
        prefix = "|".join([self.seed_hex, *map(str, parts), ""])
        return lambda text: self.H(prefix + text)

    def rows(self, kind, name):
        """The rows of a frozen file that is well formed."""
        need((kind, name) in self.sound, kind, name, "not well formed")
        with open(self.folder / f"{kind}.{name}.tsv", encoding="ascii", newline="\n") as file:
            yield from (row[:-1].split("\t") for row in file)

    def canonical(self):
        """The bytes of both .json; keys and types of the transcript (§1, §8)."""
        self.p = parse(self.plan_bytes, "plan.json")
        self.t = parse(self.transcript_bytes, "transcript.json")
        check(self.t, TRANSCRIPT, "transcript.json")
        for shown in self.t["staffing"]:
            check(shown, SHORT if "infeasible" in shown else STAFFED, "staffing")
        need(J(self.t["plan"]) == self.plan_bytes, "plan.json is not the plan of the transcript")

    def plan(self):
        """The plan by itself (§3 to §5)."""
        check_plan(self.p)
        self.suite = SUITES[self.p["hash"]]
        trial = all(part["label"] == "test" for part in self.p["items"] + self.p["units"])  # §10
        return (f"{self.p['draw']}: {len(self.p['items'])} items, {len(self.p['units'])} units"
                + ", a trial run" * trial)

    def commit(self):
        """The hash of the plan, and the one that was published (§4)."""
        self.commit_hex = self.suite(self.plan_bytes).hex()
        need(self.t["commit"] == self.commit_hex, "commit is not the hash of plan.json")
        need(self.published in (None, self.commit_hex), "commit is not the published one")
        return self.commit_hex

    def entropy(self):
        """The values are those planned and as §5 wants them."""
        planned, shown = self.p["entropy"], self.t["entropy"]
        need([e["name"] for e in shown] == [e["name"] for e in planned], "names or their order")
        for entry, value in zip(planned, (e["value"] for e in shown)):
            name, kind, bits = "value of " + entry["name"], entry["kind"], entry["bits"]
            need(line(value), name, "not a line")
            if kind in SEALED:
                need(hex64(value) and self.H(value) == entry["commit"], name, "not its commit")
            need(kind != "beacon" or hexes(value), name, "not hex of even length")
            need(kind not in PUBLIC or bits <= 8 * len(value.encode()), name, f"not {bits} bits")
        return f"{len(shown)} values"

    def seed(self):
        """seed.txt byte for byte, and its hash (§5)."""
        values = "".join(f"{entry['name']}={entry['value']}\n" for entry in self.t["entropy"])
        seed_text = f"draw/1 seed\ncommit={self.commit_hex}\n{values}"
        self.seed_hex = self.H(seed_text)
        need(self.seed_bytes == seed_text.encode(), "seed.txt")
        need(self.t["seed"] == self.seed_hex, "seed is not the hash of seed.txt")
        return self.seed_hex

    def grade(self):
        """How far the seed was out of the office's hands (§5)."""
        events = [entry for entry in self.p["entropy"] if entry["kind"] in PUBLIC]
        held = any(entry["kind"] == "witness" or "by" in entry for entry in self.p["entropy"])
        public = sum(entry["bits"] for entry in events) >= 60
        grade = "public" if public else "sealed" if held else "self"
        need(self.t["grade"] == grade, "grade is " + grade)
        said = [grade] + [f"{entry['event']} ({entry['bits']} bits)" for entry in events]
        return "; ".join(said + ["staffing only"] * (not self.p["items"]))

    def files(self):
        """Every frozen file is well formed and the one of the plan (§2)."""
        bad, wanted = [], [(kind, owner.get("item") or owner["unit"], owner)
                           for owner in self.p["items"] + self.p["units"] for kind in COLUMNS
                           if kind + "_sha" in owner]
        for file in wanted:
            try:
                self.check_file(*file)
            except (Bad, OSError) as error:
                bad.append(error)
        if bad:
            missing = any(isinstance(error, OSError) for error in bad)
            raise (OSError if missing else Bad)("; ".join(map(str, bad)))
        return f"{len(wanted)} files"

    def check_file(self, kind, name, owner):
        """Columns, order, hash; the counters that caps name; N and root of a population."""
        path, last = self.folder / f"{kind}.{name}.tsv", []
        columns = COLUMNS[kind] + [weight] * any(
            kind == "population" and s["method"] == "pareto" for s in owner.get("strata", []))
        data, keys = path.read_bytes(), 2 if kind == "conflicts" else 1
        lines = data.split(b"\n")
        need(lines.pop() == b"", path.name, "no final LF")
        need(kind != "roster" or len(lines) <= 10_000, path.name, "too many lines")
        for at, row in enumerate(lines, 1):
            row = row.decode("ascii", "replace").split("\t")
            right = len(row) == len(columns) and all(map(operator.call, columns, row))
            need(right and last < row[:keys], path.name, at, "columns or order", row)
            last = row[:keys]
        if kind == "candidates" and lines:  # only counts of visits have commas
            commas = {row.count(b",") for row in lines}
            counters = [cap["counter"] for cap in owner["frame"].get("caps", [])]
            need(len(commas) == 1, path.name, "not as many counts of visits in every line")
            need(max(counters, default=0) <= min(commas), path.name, "a counter of caps is missing")
        self.sound.add((kind, name))
        need(self.suite(data).hex() == owner[kind + "_sha"], path.name, "not the hash of the plan")
        if kind == "population":
            need(len(lines) == owner["N"], path.name, "N")
            need(merkle_root(lines, self.suite) == owner["population_root"], path.name, "root")

    def population(self):
        """Population is what §3 makes of the candidates."""
        for item in self.p["items"]:
            name, counts = item["item"], Counter()
            population = self.rows("population", name)
            for row in self.rows("candidates", name):
                code, stratum = judge(item["frame"], row)
                counts[code, stratum] += 1
                if not code:
                    want, got = [row[0], stratum, row[7]], next(population, [])
                    need(got and got == want[:len(got)], name, f"{want} expected, {got} found")
            need(next(population, None) is None, name, "population has more lines")
            wanted = {(code, None): number for code, number in item["excluded"].items()}
            wanted |= {(None, stratum["id"]): stratum["N"] for stratum in item["strata"]}
            need(counts == Counter(wanted), name, "excluded or strata", dict(counts))

    def size(self):
        """N and n of every stratum (§4.1)."""
        wanted = [(item["item"], [(s["id"], s["N"], size(s)) for s in item["strata"]])
                  for item in self.p["items"]]
        shown = [(item["item"], [(s["id"], s["N"], s["n"]) for s in item["strata"]])
                 for item in self.t["items"]]
        need(shown == wanted, "strata, N or n")
        return f"{sum(n for _, strata in wanted for _, _, n in strata)} selected"

    def selection(self):
        """Who is selected and in reserve, and the cut (§6)."""
        shown = {(item["item"], s["id"]): (s["cut"], s["selected"], s["reserve"])
                 for item in self.t["items"] for s in item["strata"]}
        wrong = []
        for item in self.p["items"]:
            name, members, ticket = item["item"], defaultdict(list), self.ticket(item["label"])
            for eid, stratum, *x in self.rows("population", name):
                members[stratum].append((int(x[0]) if x else 1, eid))
            self.selected[name] = set()
            for s in item["strata"]:
                drawn = select(s, item["reserve"], members[s["id"]], ticket)
                self.selected[name].update(drawn[1])
                if drawn != shown.get((name, s["id"])):
                    wrong.append(f"{name} {s['id']}")
        need(not wrong, "cut, selected or reserve of", ", ".join(wrong))

    def tasks_of(self, unit):
        """{entity: {item: area}} of a unit (§7)."""
        tasks, name = defaultdict(dict), unit["unit"]
        for eid, place, items in self.rows("tasks", name) if "tasks_sha" in unit else []:
            tasks[eid] = dict.fromkeys(items.split(","), place)
        for item in (item["item"] for item in self.p["items"] if item["unit"] == name):
            need(item in self.selected, item, "no selection")
            for eid, place, *_ in self.rows("candidates", item):
                if eid in self.selected[item]:
                    tasks[eid][item] = place
        return tasks

    def staffing(self):
        """Tasks, inspectors, legal teams; or the shortage (§7)."""
        units, said, self.staffed = self.p["units"], [], []
        need([s["unit"] for s in self.t["staffing"]] == [u["unit"] for u in units], "units")
        for unit, shown in zip(units, self.t["staffing"]):
            name, pool, lack = unit["unit"], unit.get("pool", {"num": 0, "den": 1}), ""
            roster = list(self.rows("roster", name))
            conflicts = {tuple(row[:2]) for row in self.rows("conflicts", name)}
            free = sum(row[4] == "0" for row in roster)
            need(free * pool["den"] >= len(roster) * pool["num"], name, f"pool: {free} not gated")
            network = Network(unit, roster, conflicts, self.tasks_of(unit))
            if "infeasible" in shown:
                right = network.shortage()
                need(shown["infeasible"] == right, name, "not the shortage", right)
                lack = f", shortage: needed {right['needed']}, available {right['available']}"
            else:
                right = network.tasks, network.ids
                need((shown["tasks"], shown["inspectors"]) == right, name, "tasks or inspectors")
                network.legal(shown["teams"])
                self.staffed.append((unit, shown, network))
            exact = sum(len(able) == unit["seats"] for able in network.eligible)
            said.append(f"{name}: {len(network.tasks)} tasks, {len(roster)} inspectors, {exact} "
                        f"tasks with exactly {unit['seats']} eligible, {len(conflicts)} conflicts{lack}")
        return "; ".join(said)

    def optimal(self):
        """The potentials are valid and the largest (§7)."""
        self.are_unique = [network.certify(shown, self.ticket(unit["label"], shown["R"]))
                           for unit, shown, network in self.staffed]

    def unique(self):
        """No other staffing is as good, and every earlier R had one that was not unique (§7)."""
        for (unit, shown, network), is_unique in zip(self.staffed, self.are_unique):
            name, tied = unit["unit"], shown.get("tied", [])
            need(("tied" in shown) == (shown["R"] > 0) and len(tied) == shown["R"], name, "tied")
            need(is_unique, name, "the staffing is not unique")
            for R, other in enumerate(tied):
                need(all(map(ascending, other["teams"])), name, "tied teams not sorted")
                alone = network.certify(other, self.ticket(unit["label"], R))
                need(not alone, name, "a tied staffing is unique")

    def roles(self):
        """The order of every team (§7)."""
        for unit, shown, network in self.staffed:
            for task, team in zip(network.tasks, shown["teams"]):
                ticket = self.ticket("role", unit["unit"], task)
                order = sorted(team, key=lambda who: (who not in network.leads, ticket(who)))
                need(team == order[:1] + sorted(order[1:], key=ticket), unit["unit"], task, "roles")

def verify(folder, published=None, say=print):
    """Runs every check and says its line; returns the exit code."""
    bundle, failed = None, {}
    for check in CHECKS:
        try:
            bundle = bundle or Bundle(folder, published)
            need(RESTS_ON.get(check) not in failed, "not run after the failure above")
            said = f"ok {check} {getattr(bundle, check)() or ''}"
        except (Bad, OSError) as error:
            said, failed[check] = f"FAIL {check} {error}", error
        say(said.rstrip())
        if bundle is None or failed.keys() & {"canonical", "plan"}:
            break
    return max([0] + [2 if isinstance(error, OSError) else 1 for error in failed.values()])

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = argparse.ArgumentParser(allow_abbrev=False, description="Verifies a draw/1 bundle.")
    options.add_argument("dir")
    options.add_argument("--commit", metavar="HEX", help="the commit that was published")
    arguments = options.parse_args()
    sys.exit(verify(arguments.dir, arguments.commit))
