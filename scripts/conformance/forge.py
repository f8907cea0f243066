"""An office that draws in Python, so that it can cheat at one step and keep to the rules in others.

It is no reference: it borrows docs/verify.py for what both need. A cheat is a function in `cheats`
under the name of a step; it is given what the step made and returns what the office pretends.
"""
import collections, pathlib

import verify


def parts(number):
    """A lexicographic pair, kept as one integer, as the two strings of §8."""
    second = (number + 2**127) % 2**128 - 2**127
    return [str((number - second) >> 128), str(second)]


def cheapest_path(network, teams, cost):
    """The cheapest residual path from a task with an empty seat to the sink."""
    graph = collections.defaultdict(list)
    for u, v, arc_cost in network.residual(teams, cost):
        if u != verify.SINK:
            graph[u].append((v, arc_cost))
    queue = collections.deque(
        ("task", i) for i, team in enumerate(teams) if len(team) < network.seats)
    distance, before = {node: 0 for node in queue}, {node: None for node in queue}
    while queue:
        u = queue.popleft()
        for v, arc_cost in graph[u]:
            if v not in distance or distance[u] + arc_cost < distance[v]:
                distance[v], before[v] = distance[u] + arc_cost, u
                queue.append(v)
    return before


def solve(network, cost):
    """Optimal teams as sets of numbers in the roster; everybody can be staffed."""
    teams = [set() for _ in network.tasks]
    while any(len(team) < network.seats for team in teams):
        before = cheapest_path(network, teams, cost)
        node = before[verify.SINK]
        while before[node]:
            previous = before[node]
            if node[0] == "inspector":
                teams[previous[1]].add(node[1])
            elif previous[0] == "inspector":
                teams[node[1]].remove(previous[1])
            node = previous
    return teams


def potentials(network, teams, cost):
    """The largest potentials (§7); of teams that are not optimal, whatever comes out."""
    arcs, pi = list(network.residual(teams, cost)), collections.defaultdict(int)
    for _ in range(3 * (len(network.tasks) + len(network.ids)) + 3):
        lower = [(u, v, arc_cost) for u, v, arc_cost in arcs if pi[u] + arc_cost < pi[v]]
        for u, v, arc_cost in lower:
            pi[v] = min(pi[v], pi[u] + arc_cost)
        if not lower:
            break
    duals = {kind: [parts(pi[kind, i]) for i in range(len(network.tasks))]
             for kind in ["task", *network.outer]}
    return duals | {"inspector": [parts(pi["inspector", j]) for j in range(len(network.ids))]}


class Office:
    """Draws the bundle in a folder: plan is what it committed to, values what came out."""

    def __init__(self, folder, plan, values, cheats):
        self.folder, self.plan, self.values = pathlib.Path(folder), plan, values
        self.cheats = cheats
        self.suite = verify.SUITES[plan["hash"]]

    def H(self, value):
        return self.suite(value.encode() if isinstance(value, str) else value).hex()

    def step(self, name, made, *about):
        return self.cheats[name](made, *about) if name in self.cheats else made

    def rows(self, kind, name):
        data = (self.folder / f"{kind}.{name}.tsv").read_bytes().decode()
        return [row.split("\t") for row in data.split("\n")[:-1]]

    def draw(self):
        """Writes plan.json, seed.txt and transcript.json."""
        data = verify.J(self.plan)
        commit = self.step("commit", self.H(data))
        values = "".join(f"{name}={value}\n" for name, value in self.values)
        seed_text = self.step("seed_text", f"draw/1 seed\ncommit={commit}\n{values}")
        self.seed = self.step("seed", self.H(seed_text))
        transcript = {"plan": self.plan, "commit": commit, "seed": self.seed, "grade": self.grade(),
                      "entropy": [{"name": n, "value": v} for n, v in self.values]}
        self.selected = {}
        transcript["items"] = self.step("items", list(map(self.item, self.plan["items"])))
        transcript["staffing"] = self.step("units", list(map(self.unit, self.plan["units"])))
        (self.folder / "plan.json").write_bytes(data)
        (self.folder / "seed.txt").write_text(seed_text, encoding="utf-8", newline="\n")
        (self.folder / "transcript.json").write_bytes(verify.J(self.step("transcript", transcript)))

    def grade(self):
        entropy = self.plan["entropy"]
        bits = sum(e["bits"] for e in entropy if e["kind"] in verify.PUBLIC)
        held = any(e["kind"] == "witness" or "by" in e for e in entropy)
        return self.step("grade", "public" if bits >= 60 else "sealed" if held else "self")

    def item(self, item):
        members, name = collections.defaultdict(list), item["item"]
        for eid, stratum, *x in self.rows("population", name):
            members[stratum].append((int(x[0]) if x else 1, eid))
        prefix = self.step("ticket", f"{self.seed}|{item['label']}|", item)
        strata, self.selected[name] = [], set()
        for stratum in item["strata"]:
            rule = self.step("rule", dict(stratum))
            drawn = list(verify.select(rule, item["reserve"], list(members[stratum["id"]]),
                                       lambda eid: self.H(prefix + eid)))
            cut, selected, reserve = self.step("select", drawn, stratum, members[stratum["id"]])
            strata.append({"id": stratum["id"], "N": stratum["N"], "n": len(selected), "cut": cut,
                           "selected": selected, "reserve": reserve})
            self.selected[name] |= set(selected)
        return {"item": name, "strata": strata}

    def tasks(self, unit):
        tasks, name = collections.defaultdict(dict), unit["unit"]
        for eid, area, items in self.rows("tasks", name) if "tasks_sha" in unit else []:
            tasks[eid] = dict.fromkeys(items.split(","), area)
        for item in self.plan["items"]:
            if item["unit"] == name:
                for row in self.rows("candidates", item["item"]):
                    if row[0] in self.selected[item["item"]]:
                        tasks[row[0]][item["item"]] = row[1]
        return self.step("tasks", dict(tasks))

    def roles(self, unit, network, teams):
        for task, team in zip(network.tasks, teams):
            prefix = self.step("role", f"{self.seed}|role|{unit['unit']}|{task}|")
            order = sorted((network.ids[j] for j in team), key=lambda who: self.H(prefix + who))
            leads = [who for who in order if who in network.leads] or order
            order.remove(leads[0])
            yield [leads[0], *order]

    def cost(self, unit, network, R):
        prefix = self.step("pair", f"{self.seed}|{unit['label']}|{R}|", unit)
        return lambda i, j: int(self.H(f"{prefix}{network.tasks[i]}|{network.ids[j]}")[:12], 16)

    def unit(self, unit):
        name = unit["unit"]
        roster = self.step("roster", self.rows("roster", name), unit)
        conflicts = self.step("conflicts", {tuple(row[:2]) for row in self.rows("conflicts", name)})
        rules = self.step("rules", dict(unit))
        network = verify.Network(rules, roster, conflicts, self.tasks(unit))
        if short := network.shortage():
            return self.step("shortage", {"unit": name, "infeasible": short}, network)
        R = self.step("R", 0)
        cost = self.cost(unit, network, R)
        teams = self.step("teams", solve(network, cost), network)
        shown = {"unit": name, "R": R, "tasks": network.tasks, "inspectors": network.ids,
                 "teams": list(self.roles(unit, network, teams)),
                 "duals": potentials(network, teams, cost)}
        if R > 0:
            shown["tied"] = [self.earlier(unit, network, earlier) for earlier in range(R)]
        return self.step("staffing", shown, network)

    def earlier(self, unit, network, R):
        cost = self.cost(unit, network, R)
        teams = solve(network, cost)
        return {"teams": [sorted(network.ids[j] for j in team) for team in teams],
                "duals": potentials(network, teams, cost)}
