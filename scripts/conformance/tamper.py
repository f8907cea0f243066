#!/usr/bin/env python3
"""Random tampers of a drawn bundle, from a flipped bit to an office that cheats and redraws.

    tamper.py FOLDER --seed N

changes the bundle in place and prints what it did. Kinds, from shallow to deep:

  bytes, text    one file, nothing recomputed
  transcript     values of transcript.json; its staffing by itself; canonical again
  plan, file,    the plan, a frozen file or a value of the entropy is changed, then everything that
  value          follows is recomputed: hashes, commit, seed, selection, staffing, potentials
  frame          population and plan follow another rule than the frame that is committed
  cheat          one step of the draw is done wrongly, every later one follows from it

A tampered bundle need not be wrong: a changed plan that is drawn anew is another true draw.
"""
import argparse, copy, json, pathlib, random

import generate  # finds docs/verify.py
import cheats, forge, verify
from change import TEXTS, change_json, change_list

CELLS = ["", "-", "0", "1", "2", "00", "01", "+1", "-1", "1000000000", "1000000001", "2147483647",
         "2147483648", "9" * 20, "A", "B", "a", "active", "ACTIVE", "2026-11-01", "2026-11-02",
         "2026-02-30", "0000-00-00", "1899-12-31", "33010", "330102", "3301020010021", "33010a",
         "0,0", "0,", "0,0,0,0,0", "0,1,2,3", "SX-001", "SX-001,SX-001", "SX-002,SX-001",
         "R.91350100M000100Y43", "91350100M000100Y43", "91350100M000100Y44", "R.1", "R.", "a.b",
         "A" * 65, "kin", "KIN", "x y", " x", "字", "\u0660", "1\u200b", "A\r", "x" * 32,
         "x" * 33, "true", "1.0", "1e3"]


class Tamper(cheats.Cheats):
    """One tamper of one bundle; every choice comes from self.r."""

    def __init__(self, seed, folder):
        self.r, self.folder = random.Random(f"draw/1 tamper {seed}"), pathlib.Path(folder)
        self.plan = json.loads((self.folder / "plan.json").read_bytes())
        self.transcript = json.loads((self.folder / "transcript.json").read_bytes())
        self.values = [(e["name"], e["value"]) for e in self.transcript["entropy"]]

    def run(self):
        """Tampers; returns the words for it and the commit to ask for, or None."""
        kind = self.r.choice(["bytes", "text", "transcript", "transcript", "staffing", "staffing",
                              "plan", "plan", "file", "file", "value", "frame", "cheat", "cheat",
                              "cheat", "cheat", "published"])
        return getattr(self, "do_" + kind)(), getattr(self, "published", None)

    # ---- shallow
    def tables(self):
        return sorted(path.name for path in self.folder.glob("*.tsv"))

    def do_bytes(self):
        r, names = self.r, ["plan.json", "transcript.json", "seed.txt"] * 2 + self.tables()
        name, kind = r.choice(names), r.randrange(9)
        path = self.folder / name
        data = path.read_bytes()
        if kind < 4 and data:
            at = r.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << r.randrange(8)]) + data[at + 1:]
        elif kind == 7:
            path.unlink()
            if r.random() < 0.3:
                path.mkdir()
            return f"bytes: {name} is gone"
        else:
            other = r.choice([b"", b"null", b"[]", b"{}", b"0", b'"x"', b"[" * 10**5, b"true",
                              b"{}{}", b"1e999", b"9" * 5000, b"\xff", b"\xed\xa0\x80",
                              b'{"plan":null}'])
            short = data[:r.randrange(len(data) + 1)]
            data = {5: data + b"\n", 6: b"\xef\xbb\xbf" + data, 8: other}.get(kind, short)
        path.write_bytes(data)
        return f"bytes: {name}, kind {kind}"

    def do_text(self):
        r, name = self.r, self.r.choice(["plan.json", "transcript.json"])
        text, kind = (self.folder / name).read_bytes().decode(), self.r.randrange(7)
        at = r.choice([at for at, c in enumerate(text) if c in ',:{}[]'])
        tail = r.choice(['"zz":1', '"ZZ":1', '"é":1', '"":1', '"zz":"\\ud800"', '"zz":"e\u0301"',
                         '"zz":null', '"zz":1.5', '"zz":"\x01"', '"zz":"\\u0001"', '"zz":"\\u001F"',
                         '"zz":"\\u007f"', '"zz":"\u2028"', '"zz":"\ufffd"', '"zz":"\\n\u0303"'])
        number = r.choice(["0.0", "-0", "0e0", "00", "null", "1E2", "9007199254740992", "1" * 400,
                           "NaN", "Infinity", "true"])
        text = [text[:at] + r.choice(" \x00\t\n") + text[at:],
                text.replace("2026", "\\u0032026", 1),
                text.replace('"bits":', '"bits":0,"bits":', 1), text.replace("/", "\\/", 1),
                text.replace('"bits":0', '"bits":' + number, 1), text.replace(",", ",,", 1),
                f"{text[:-1]},{tail}}}"][kind]
        (self.folder / name).write_bytes(text.encode())
        return f"text: {name}, kind {kind}"

    def write_transcript(self):
        (self.folder / "transcript.json").write_bytes(verify.J(self.transcript))

    def do_transcript(self):
        skip = () if self.r.random() < 0.05 else ("plan",)
        times = self.r.choice([1, 1, 1, 2])
        said = [change_json(self.r, self.transcript, skip) for _ in range(times)]
        self.write_transcript()
        return "transcript: " + ", ".join(said)

    def do_published(self):
        self.published = self.r.choice(["0" * 64, self.transcript["commit"].upper(), "x",
                                        self.transcript["seed"], self.transcript["commit"]])
        return f"published: --commit {self.published}"

    def do_staffing(self):
        r, shown = self.r, self.r.choice(self.transcript["staffing"])
        if "infeasible" in shown:
            shown = shown["infeasible"]
            key = r.choice(list(shown))
            if isinstance(shown[key], int):
                shown[key] += r.choice([1, -1])
            else:
                change_list(r, shown[key])
        else:
            key = r.choice(["teams", "members", "constant", "dual", "role", "replace", "R",
                            "order"])
            getattr(self, "staffing_" + key)(shown, shown["teams"])
        self.write_transcript()
        return f"staffing: {key}"

    def staffing_teams(self, shown, teams):
        change_list(self.r, teams)

    def staffing_members(self, shown, teams):
        if len(teams) > 1:
            one, two = self.r.sample(teams, 2)
            at = self.r.randrange(min(len(one), len(two)))
            one[at], two[at] = two[at], one[at]

    def staffing_constant(self, shown, teams):
        by, which = self.r.choice([1, -1, -2**60]), self.r.randrange(2)
        for dual in [dual for duals in shown["duals"].values() for dual in duals]:
            dual[which] = str(int(dual[which]) + by)

    def staffing_dual(self, shown, teams):
        duals = [dual for duals in shown["duals"].values() for dual in duals] or [["0", "0"]]
        dual, which = self.r.choice(duals), self.r.randrange(2)
        dual[which] = str(int(dual[which]) + self.r.choice([1, -1, 2**40, -2**40]))

    def staffing_role(self, shown, teams):
        for team in teams[:1]:
            change_list(self.r, team)

    def staffing_replace(self, shown, teams):
        if teams and shown["inspectors"]:
            team = self.r.choice(teams)
            team[self.r.randrange(len(team))] = self.r.choice(shown["inspectors"] + ["NOBODY", "字"])

    def staffing_R(self, shown, teams):
        shown["R"] = self.r.choice([1, -1, 2, 2**53 - 1])
        if self.r.random() < 0.6:
            shown["tied"] = [{"teams": [sorted(team) for team in teams], "duals": shown["duals"]}
                             for _ in range(shown["R"] if 0 < shown["R"] < 3 else 1)]

    def staffing_order(self, shown, teams):
        shown["tasks"].reverse()
        teams.reverse()
        for kind in set(shown["duals"]) - {"inspector"}:
            shown["duals"][kind].reverse()

    # ---- the office changes something and recomputes what follows
    def redraw(self, cheats=None):
        """Everything anew; if the bundle is too broken for that, hashes and seed at least."""
        try:
            forge.Office(self.folder, self.plan, self.values, cheats or {}).draw()
            return "redrawn"
        except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError,
                StopIteration, verify.Bad):
            pass
        try:
            suite = verify.SUITES.get(self.plan.get("hash"), verify.SUITES["sha256"])
            commit = suite(verify.J(self.plan)).hex()
            seed = f"draw/1 seed\ncommit={commit}\n" + "".join(f"{n}={v}\n" for n, v in self.values)
            self.transcript |= {"plan": self.plan, "commit": commit,
                                "seed": suite(seed.encode()).hex(),
                                "entropy": [{"name": n, "value": v} for n, v in self.values]}
            (self.folder / "plan.json").write_bytes(verify.J(self.plan))
            (self.folder / "seed.txt").write_bytes(seed.encode())
            self.write_transcript()
        except (TypeError, AttributeError):
            pass
        return "new seed, old draw"

    def do_plan(self):
        said = [change_json(self.r, self.plan) for _ in range(self.r.choice([1, 1, 2]))]
        return f"plan: {', '.join(said)}, {self.redraw()}"

    def rehash(self):
        """The plan takes the hashes of the files as they are now."""
        suite = verify.SUITES[self.plan["hash"]]
        for kinds, entries, key in ((("candidates", "population"), self.plan["items"], "item"),
                                    (("roster", "conflicts", "tasks"), self.plan["units"], "unit")):
            for entry in entries:
                for kind in kinds:
                    if kind + "_sha" in entry:
                        data = (self.folder / f"{kind}.{entry[key]}.tsv").read_bytes()
                        entry[kind + "_sha"] = suite(data).hex()
                        if kind == "population":
                            lines = data.split(b"\n")[:-1]
                            entry["population_root"] = verify.merkle_root(lines, suite)

    def derive(self, item, frame):
        """Population and the plan's counts from candidates, under a frame."""
        data = (self.folder / f"candidates.{item['item']}.tsv").read_bytes().decode()
        strata, excluded, population = {}, {"inactive": 0, "held": 0, "capped": 0}, []
        pareto = any(stratum["method"] == "pareto" for stratum in item["strata"])
        for row in [row.split("\t") for row in data.split("\n")[:-1]]:
            code, stratum = verify.judge(frame, row)
            if code:
                excluded[code] += 1
            else:
                strata[stratum] = strata.get(stratum, 0) + 1
                population.append("\t".join([row[0], stratum] + [row[7]] * pareto) + "\n")
        old = {stratum["id"]: stratum for stratum in item["strata"]}
        usual = {"method": "pareto" if pareto else "srs", "ratio": {"num": 1, "den": 3}}
        strata = [old.get(key, usual) | {"id": key, "N": strata[key]} for key in sorted(strata)]
        item |= {"excluded": excluded, "N": len(population), "strata": strata}
        (self.folder / f"population.{item['item']}.tsv").write_bytes("".join(population).encode())

    def change_rows(self, rows):
        r, at = self.r, self.r.randrange(len(rows))
        kind, cells = r.randrange(8), rows[at].split(b"\t")
        column = r.randrange(len(cells))
        if kind < 5:
            cells[column] = r.choice(CELLS).encode()
        elif kind == 5:
            cells.insert(column, b"-")
        elif kind == 6:
            del cells[column]
        rows[at] = b"\t".join(cells)
        if kind == 7:
            change_list(r, rows)
            rows[:] = [row if isinstance(row, bytes) else b"" for row in rows]

    def do_file(self):
        r, name = self.r, self.r.choice(self.tables())
        data = (self.folder / name).read_bytes()
        rows, kind = data.split(b"\n")[:-1], self.r.random()
        if rows and kind < 0.85:
            self.change_rows(rows)
            data = b"".join(row + b"\n" for row in rows)
        else:
            data = r.choice([data[:-1], data.replace(b"\n", b"\r\n"), data + b"\n", b"\n", b"",
                             b"\xef\xbb\xbf" + data, data + b"\xff\xfe\t\xc3\n"])
        (self.folder / name).write_bytes(data)
        said = f"file: {name}"
        if r.random() < 0.4:
            try:
                for item in self.plan["items"]:
                    self.derive(item, item["frame"])
                said += ", population derived"
            except (ValueError, IndexError):
                pass
        if r.random() < 0.9:
            self.rehash()
        return f"{said}, {self.redraw()}"

    def do_value(self):
        r, at = self.r, self.r.randrange(len(self.values))
        name, value = self.values[at]
        kind = r.randrange(6)
        if kind == 0:
            del self.values[at]
        elif kind == 1:
            self.values.insert(at, self.values[0])
        elif kind == 2:
            r.shuffle(self.values)
        else:
            texts = [text for text in TEXTS if isinstance(text, str)]
            texts += [value + "0", value[:-1], value.upper(), "ab", "abc"]
            self.values[at] = name, r.choice(texts)
        return f"value: {name}, kind {kind}, {self.redraw()}"

    def do_frame(self):
        """Candidates are judged by a frame that is not the one of the plan."""
        if not self.plan["items"]:
            return self.do_plan()
        item = self.r.choice(self.plan["items"])
        frame = copy.deepcopy(item["frame"])
        said = [change_json(self.r, frame) for _ in range(2)]
        try:
            self.derive(item, frame)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            said.append("not derived")
        if self.r.random() < 0.3 and item["strata"]:
            self.r.choice(item["strata"])["N"] += 1
        self.rehash()
        if self.r.random() < 0.2:
            key = self.r.choice(["population_root", "population_sha", "candidates_sha"])
            item[key] = self.plan["units"][0]["roster_sha"]
        return f"frame: {item['item']} {said}, {self.redraw()}"


def main():
    options = argparse.ArgumentParser(description="Tampers with a drawn bundle, in place.")
    options.add_argument("folder")
    options.add_argument("--seed", type=int, default=1)
    arguments = options.parse_args()
    said, published = Tamper(arguments.seed, arguments.folder).run()
    print(said, published or "")


if __name__ == "__main__":
    main()
