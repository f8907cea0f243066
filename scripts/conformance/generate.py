#!/usr/bin/env python3
"""Random bundles of draw/1, before the draw: plan.json and the frozen files.

    generate.py FOLDER [--seed N] [--entities MOST]

A seed gives the same bytes for ever. The bundles are valid and reach for the corners: every size
rule, pareto with certain units, equal weights and m = 0, cool-down cells, caps by counter and
class, labels shared by items, several units of every kind, the families of a gate in every legal
relation, given tasks with item codes that the plan does not have, units that cannot be staffed,
empty files, both hash suites, every kind and grade of entropy. Everybody is invented.
"""
import argparse, json, pathlib, random, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs"))
sys.dont_write_bytecode = True
import verify

AREAS = ["330102", "330105", "330106", "330203", "340104", "340207", "350100"]
CODES = verify.CODE_DIGITS
LINES = ["快乐8 第2026296期", "a=b|c=d", "监督员现场宣读 = x | y", "😀 é /\\\"quoted\"",
         "<b>&amp; dice", "drand quicknet round 1234", "\u00a0x\u3000", "\u2070 x \u200a|",
         "%s{}$`'", "한국어 ỹ", "'--'"]
REASONS = ["kin", "share", "0", "x.y_z-"]


class Maker:
    """One random bundle; every choice comes from self.r."""

    def __init__(self, seed, folder, entities=300):
        self.r, self.seed, self.most = random.Random(f"draw/1 bundle {seed}"), seed, entities
        self.folder = pathlib.Path(folder)
        self.hash = self.r.choice(["sha256", "sha256", "sm3"])
        self.date = self.r.choice(["2026-11-01", "2026-01-01", "2028-02-29"])

    def chance(self, part):
        return self.r.random() < part

    def H(self, data):
        data = data.encode() if isinstance(data, str) else data
        return verify.SUITES[self.hash](data).hex()

    def write(self, name, rows):
        """Writes a file of rows; returns its bytes."""
        data = "".join("\t".join(row) + "\n" for row in rows).encode()
        (self.folder / name).write_bytes(data)
        return data

    # ---- single values
    def credit_code(self):
        body = self.r.choice(["91", "92", "12", "93"]) + self.r.choice(AREAS)
        body += "".join(self.r.choice(CODES) for _ in range(9))
        return body + CODES[-sum(CODES.index(c) * 3**i for i, c in enumerate(body)) % 31]

    def entity(self):
        kind = self.r.random()
        if kind < 0.7:
            return self.credit_code()
        if kind < 0.85:
            return f"R.{self.r.randrange(10 ** self.r.randint(1, 15))}"
        length = self.r.randint(1, self.r.choice([6, 12, 55]))
        return self.r.choice(["P", "SITE", "X9"]) + "." + "".join(
            self.r.choice("0123456789ABCDEFGZ._-") for _ in range(length))

    def area(self):
        return self.r.choice(AREAS) + self.r.choice(["", "", "001", "001002", "0"])

    def day(self):
        if self.chance(0.05):
            return self.r.choice(["1900-01-01", "9999-12-31", "2024-02-29", "2000-02-29"])
        return f"{self.r.randint(2025, 2027)}-{self.r.randint(1, 12):02}-{self.r.randint(1, 28):02}"

    # ---- strata
    def rule(self, stratum, N):
        """One size rule with its optional min and cap; not always a valid one."""
        r, den = self.r, self.r.choice([1, 2, 3, 5, 7, 10, 20, 100, 1000, 10**6])
        low = 1 if stratum.endswith("~") else 0
        num = max(low, min(den, r.randint(0, r.choice([1, den // 10 + 1, den // 3 + 1, den]))))
        rule, kind = {}, r.random()
        if kind < 0.55:
            rule["ratio"] = {"num": num, "den": den}
        elif kind < 0.88:
            of = r.choice([1, 2, 4, 12, 1000])
            base = r.choice([N, N, N + r.randint(0, 50), max(0, N - 3)])
            if self.chance(0.03):
                base = 10**9
            rule["pace"] = {"num": num, "den": den, "part": r.randint(1, of), "of": of,
                            "base": base, "done": r.choice([0, 0, 1, 5, N // 3])}
        else:
            rule["all"] = True
        if self.chance(0.25):
            rule["min"] = r.choice([0, 1, 2, N, N + 3, 10**9])
        if self.chance(0.3):
            den = r.choice([1, 10, 100, 7])
            rule["cap"] = {"num": r.randint(0, den), "den": den}
        return rule

    def stratum(self, name, N, pareto):
        while True:
            stratum = {"id": name, "N": N, "method": "srs"} | self.rule(name, N)
            if "all" not in stratum and self.chance(pareto):
                stratum["method"] = "pareto"
            try:
                verify.size(stratum)
                return stratum
            except verify.Bad:
                pass

    # ---- items
    def frame(self, counters):
        r = self.r
        words, number = ["area2", "area4", "area6", "class"], r.choice([0, 0, 1, 1, 2, 3])
        frame = {"date": min(self.date, r.choice([self.date, "2026-10-31", "2026-01-01"])),
                 "strata_by": r.sample(words, number)}
        if self.chance(0.6):
            since = r.choice([frame["date"], "2025-10-01", "2025-01-01", "1900-01-01"])
            frame["cooldown_from"] = min(since, frame["date"])
        if self.chance(0.4):
            caps = {}
            for _ in range(r.randint(1, 3)):
                key = r.randrange(counters), r.choice(["", "-", "A", "B", "Xw"])
                caps[key] = {"counter": key[0], "max": r.choice([0, 1, 2, 3, 3, 10**9])}
                if key[1]:
                    caps[key]["class"] = key[1]
            frame["caps"] = [caps[key] for key in sorted(caps)]
        return frame

    def candidates(self, pool, frame, counters):
        r, classes = self.r, self.r.choice(["AB", ["A", "B", "C", "D", "-", "Xw", "0.x", "held"]])
        heavy = r.choice([[1], [1, 5, 2**31 - 1], [1, 2, 3, 1000], range(1, 10**6), [7, 7, 7, 8]])
        for entity in pool:
            if not self.chance(0.15):
                yield [entity, self.area(), r.choice(classes),
                       r.choice(["active"] * 9 + ["closed", "Active"]),
                       ",".join(str(r.choice([0, 0, 1, 2, 3, 10**9])) for _ in range(counters)),
                       r.choice(["-", "-", self.day(), frame.get("cooldown_from", "-")]),
                       r.choice(["-", "-", "-", self.day(), frame["date"]]), str(r.choice(heavy))]

    def item(self, name, unit, pool):
        r, counters, pareto = self.r, self.r.randint(1, 4), self.r.choice([0, 0, 0, 0.5, 1])
        frame = self.frame(counters)
        rows = list(self.candidates(pool, frame, counters))
        excluded, strata, population = {"inactive": 0, "held": 0, "capped": 0}, {}, []
        for row in rows:
            code, stratum = verify.judge(frame, row)
            if code:
                excluded[code] += 1
            else:
                strata[stratum] = strata.get(stratum, 0) + 1
                population.append([row[0], stratum, row[7]])
        strata = [self.stratum(key, strata[key], pareto) for key in sorted(strata)]
        width = 3 if any(stratum["method"] == "pareto" for stratum in strata) else 2
        candidates = self.write(f"candidates.{name}.tsv", rows)
        derived = self.write(f"population.{name}.tsv", [row[:width] for row in population])
        return {"item": name, "basis": r.choice(LINES), "unit": unit, "frame": frame,
                "kind": r.choice(["key", "seasonal", "risk", "routine"]),
                "label": r.choice(["sel", "sel", "sel-1", "a.b_c-9", "0"]), "excluded": excluded,
                "candidates_sha": self.H(candidates), "population_sha": self.H(derived),
                "population_root": verify.merkle_root(derived.split(b"\n")[:-1],
                                                      verify.SUITES[self.hash]),
                "N": len(population), "reserve": r.choice([0, 1, 2, 5, 10**9]), "strata": strata}

    # ---- units
    def families(self, gated):
        """The (lead, gated) flags that occur on a roster: with a gate, in one legal relation."""
        disjoint, inner, outer, equal = "10 00 11", "10 00 01", "10 11 01", "10 01"
        relation = self.r.choice([disjoint, inner, outer, equal, "10 00", "10 11", "10", "00 01",
                                  "10 00"])
        flags = (relation if gated else self.r.choice([relation, "10 00 11 01"])).split()
        return flags + ["10"] * self.r.choice([0, 1, 1, 3])

    def roster(self, items, visit_by, gated, size, easy):
        r, flags = self.r, self.families(gated)
        caps = ["-"] * 4 + (["0", "1", "3", "5", "10", "1000000000"] if self.chance(0.4) else [])
        if easy:
            flags, size = flags + ["10", "10"], size + 8
        until = [visit_by, "2029-09-12", "9999-12-31"] + ([] if easy else ["2026-10-31"])
        for name in sorted({r.choice([f"I{r.randrange(10**5):05}", "0", f"A.B-_{r.randrange(99)}"])
                            for _ in range(size)}):
            scopes = [item for item in items if self.chance(0.98 if easy else 0.8)]
            scopes += ["ZZ-9"] * self.chance(0.2)
            area = r.choice(AREAS[:3]) if easy else self.area()
            carry = r.choice([0, 0, 0, 1, 2, 7, 10**9])
            yield [name, area, ",".join(sorted(set(scopes))) or "-", *r.choice(flags),
                   r.choice(until), str(carry), r.choice(caps)]

    def given(self, pool, items):
        """Tasks that were drawn elsewhere, of items that the plan has or has not."""
        for entity in sorted(self.r.sample(pool, min(len(pool), self.r.choice([0, 1, 5, 12])))):
            codes = self.r.sample(items, self.r.randint(1, len(items)))
            yield [entity, self.area(), ",".join(sorted(codes))]

    def unit(self, name, items, pool, given):
        r, kind, easy = self.r, self.r.choice(["inspectors", "experts", "labs"]), self.chance(0.7)
        seats = r.choice([2, 2, 3, 4]) if kind == "inspectors" else r.choice([1, 1, 2, 3, 5])
        unit = {"unit": name, "kind": kind, "seats": seats,
                "label": r.choice(["asg", "sel", "asg-2"]),
                "visit_by": max(self.date, r.choice([self.date, "2026-12-31", "2028-12-31"])),
                "area_rule": "any" if easy else r.choice(["any", "same2", "same4", "same6"])}
        if self.chance(0.5):
            unit["gate"] = {"max": r.randrange(seats)}
        if given:
            items = r.choice([["F-1"], ["F-1", "ZZ-9"], ["F-1", "SX-001"]])
            tasks = self.write(f"tasks.{name}.tsv", self.given(pool, items))
            unit["tasks_sha"] = self.H(tasks)
            if self.chance(0.5):
                unit["from"] = self.H(f"from {self.seed}")
        size = r.choice([0, 2, 6, 10, 15, 15, 20, 30, 30 + self.most // 10])
        roster = list(self.roster(items, unit["visit_by"], "gate" in unit, size, easy))
        known = [row[0] for row in roster] or ["X"]
        pairs = {(r.choice(known) if self.chance(0.9) else "I99999",
                  r.choice(pool) if pool and self.chance(0.9) else self.entity())
                 for _ in range(r.choice([0, 0, 3, 10, len(roster) * len(pool) // 20]))}
        unit["roster_sha"] = self.H(self.write(f"roster.{name}.tsv", roster))
        unit["conflicts_sha"] = self.H(self.write(
            f"conflicts.{name}.tsv", [[*pair, r.choice(REASONS)] for pair in sorted(pairs)]))
        if self.chance(0.25):
            free = sum(row[4] == "0" for row in roster)
            unit["pool"] = {"num": free, "den": len(roster)} if roster and self.chance(0.6) else (
                {"num": 0, "den": 7})
        return unit

    # ---- entropy
    def source(self, at, kind):
        """An entry of the plan and its value."""
        r = self.r
        entry = {"name": r.choice(["", "a.", "0_"]) + f"n{at}", "kind": kind, "bits": 0,
                 "event": f"{r.choice(LINES)} {at}"}
        if kind in ("seal", "chain"):
            value = self.H(f"secret {self.seed} {at}")
            entry |= {"commit": self.H(value), "bits": r.choice([0, 256, 1024])}
            if self.chance(0.4):
                entry["by"] = r.choice(LINES)
        elif kind == "beacon":
            value = self.H(f"beacon {self.seed} {at}") * r.choice([1, 2, 3])
            entry["bits"] = r.choice([0, 59, 60, 256, min(1024, 8 * len(value))])
        elif kind == "public":
            value = r.choice(LINES + ["04,18,19,22,23,24,28", "7", "x=" * 400])
            most = min(1024, 8 * len(value.encode()))
            entry["bits"] = min(most, r.choice([0, 1024, 61, 60, 30]))
        else:
            value = r.choice(LINES + ["=", "|", "==a", "x" * 1000, "字" * 333])
            entry["bits"] = r.choice([0, 99])
        return entry, value

    def sources(self):
        kinds = [self.r.choice(["public", "beacon", "witness", "seal", "chain"])
                 for _ in range(self.r.randint(1, 5))]
        public = [at for at, kind in enumerate(kinds) if kind in ("public", "beacon")]
        last = max(public, default=len(kinds))
        return [self.source(at, "seal" if kind == "witness" and at > last else kind)
                for at, kind in enumerate(kinds)]

    # ---- the bundle
    def make(self):
        """Writes plan.json and the frozen files; returns the values of the entropy, in order."""
        r = self.r
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        size = r.choice([0, 1, 3, 10, 20, 30, 40, 60, self.most // 2, self.most])
        pool = sorted({self.entity() for _ in range(min(size, self.most))})
        names = ["SCJG", "YJGL", "HJBH", "0", "Z.9_-", "WSJK"]
        names = sorted(r.sample(names, r.choice([1, 1, 2, 3])))
        given = [name for name in names if self.chance(0.2)]
        owners = [name for name in names if name not in given]
        codes = sorted(r.sample(["SX-001", "SX-002", "SX-003", "SX-004", "0A", "Q.1"],
                                max(len(owners), r.randint(1, 4)))) if owners else []
        units = owners + [r.choice(owners) for _ in codes[len(owners):]] if owners else []
        r.shuffle(units)
        plan = {"v": "draw/1", "draw": r.choice(["2026-11-M", "0", "T.1_-X"]), "hash": self.hash,
                "prev": r.choice(["0" * 64, self.H("previous")]), "date": self.date,
                "items": [self.item(code, unit, pool) for code, unit in zip(codes, units)]}
        plan["units"] = [self.unit(name, [code for code, unit in zip(codes, units) if unit == name],
                                   pool, name in given) for name in names]
        sources = self.sources()
        plan["entropy"] = [entry for entry, _ in sources]
        if self.chance(0.4):
            plan["note"] = r.choice(LINES)
        (self.folder / "plan.json").write_bytes(verify.J(plan))
        return [(entry["name"], value) for entry, value in sources]


def main():
    options = argparse.ArgumentParser(description="Writes a random bundle, not drawn yet.")
    options.add_argument("folder")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--entities", type=int, default=300)
    arguments = options.parse_args()
    values = Maker(arguments.seed, arguments.folder, arguments.entities).make()
    print(json.dumps([f"{name}={value}" for name, value in values], ensure_ascii=False))


if __name__ == "__main__":
    main()
