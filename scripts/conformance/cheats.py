"""What an office could do wrongly at one step of the draw, every later step following from it."""
import forge
from change import KEYS, change_list


class Cheats:
    """Each cheat_… names a step of forge.Office and a function that falsifies what the step made.

    For tamper.Tamper, which brings self.r, the source of choices, and self.redraw.
    """

    def do_cheat(self):
        step = self.r.choice([name for name in dir(self) if name.startswith("cheat_")])
        where, cheat = getattr(self, step)()
        return f"cheat: {step[6:]}, {self.redraw({where: cheat})}"

    def cheat_selected_with_reserve(self):
        def exchange(drawn, stratum, members):
            cut, selected, reserve = drawn
            if selected and reserve:
                selected[-1], reserve[0] = reserve[0], selected[-1]
            return cut, selected, reserve
        return "select", exchange

    def cheat_own_choice(self):
        def choose(drawn, stratum, members):
            cut, selected, reserve = drawn
            others = [eid for _, eid in members if eid not in selected and eid not in reserve]
            if selected and others:
                selected[self.r.randrange(len(selected))] = self.r.choice(others)
            return cut, selected, reserve
        return "select", choose

    def cheat_one_less(self):
        return "select", lambda drawn, *_: (drawn[0], drawn[1][:-1], drawn[1][-1:] + drawn[2])

    def cheat_one_more(self):
        return "select", lambda drawn, *_: (drawn[0], drawn[1] + drawn[2][:1], drawn[2][1:])

    def cheat_reserve(self):
        def shorten(drawn, stratum, members):
            change_list(self.r, drawn[2])
            return drawn[0], drawn[1], [eid for eid in drawn[2] if isinstance(eid, str)]
        return "select", shorten

    def cheat_equal_weights(self):
        return "rule", lambda stratum: stratum | {"method": "srs"}

    def cheat_pareto_everywhere(self):
        return "rule", lambda stratum: stratum | {"method": "pareto"}

    def cheat_ticket(self):
        other = self.r.choice([lambda prefix, item: prefix[:-1],
                               lambda prefix, item: prefix.upper(),
                               lambda prefix, item: prefix + item["item"] + "|"])
        return "ticket", other

    def cheat_seed(self):
        return "seed", lambda seed: self.r.choice([seed[::-1], seed[:-1] + "0", seed.upper()])

    def cheat_seed_text(self):
        return "seed_text", lambda text: self.r.choice(
            [text[:-1], text.replace("=", " = "), text.replace("\n", "\r\n"), text + "extra=1\n"])

    def cheat_commit(self):
        return "commit", lambda commit: commit[::-1]

    def cheat_grade(self):
        return "grade", lambda grade: self.r.choice(["public", "sealed", "self", "", "PUBLIC"])

    def cheat_drop_task(self):
        return "tasks", lambda tasks: dict(list(tasks.items())[1:])

    def cheat_extra_task(self):
        return "tasks", lambda tasks: tasks | {
            "R.1": {item: "330102" for items in tasks.values() for item in items}}

    def cheat_forget_item(self):
        return "tasks", lambda tasks: {
            eid: dict(list(items.items())[:1]) for eid, items in tasks.items()}

    def cheat_roster(self):
        """A column of the roster counts as something else: lead, gated, certificate, carry, cap."""
        column, value = self.r.choice([(3, "1"), (4, "0"), (4, "1"), (5, "9999-12-31"), (6, "0"),
                                       (6, "1"), (7, "-"), (7, "2")])
        return "roster", lambda roster, unit: [
            row[:column] + [value] + row[column + 1:] for row in roster]

    def cheat_absent(self):
        return "roster", lambda roster, unit: roster[:-1]

    def cheat_conflicts(self):
        return "conflicts", lambda conflicts: set(sorted(conflicts)[1:])

    def cheat_rules(self):
        def loosen(unit):
            key, value = self.r.choice([
                ("area_rule", "any"), ("area_rule", "same2"), ("seats", 1), ("seats", 3),
                ("visit_by", "1900-01-01"), ("label", "x"), ("gate", {"max": 0}),
                ("gate", {"max": unit["seats"] - 1}), ("unit", "X")])
            return unit | {key: value}
        return "rules", loosen

    def cheat_unit_name(self):
        return "role", lambda prefix: self.r.choice(
            [prefix[:-1], prefix.replace("|role|", "|lead|"), ""])

    def cheat_pair_numbers(self):
        return "pair", lambda prefix, unit: self.r.choice(
            [prefix[:-1], prefix.replace("|0|", "|1|"), "x"])

    def cheat_outer_gate(self):
        """The potentials of the gates trade names, or one of them is missing or too many."""
        def rename(shown, network):
            duals = shown["duals"]
            if "lead" in duals and "gated" in duals and self.r.random() < 0.6:
                duals["lead"], duals["gated"] = duals["gated"], duals["lead"]
            elif self.r.random() < 0.5:
                duals.setdefault("gated", [["0", "0"] for _ in network.tasks])
            else:
                duals.pop(self.r.choice(["lead", "gated"]), None)
            return shown
        return "staffing", rename

    def cheat_second_best(self):
        def exchange(teams, network):
            for i, team in enumerate(teams):
                for j in sorted(network.eligible[i] - team):
                    for old in sorted(team):
                        new = team - {old} | {j}
                        if new == network.through_gates(new):
                            teams[i] = new
                            return teams
            return teams
        return "teams", exchange

    def cheat_next_R(self):
        return "R", lambda R: self.r.choice([1, 1, 2])

    def cheat_small_shortage(self):
        """A true set of tasks that lacks seats, yet not the one of a maximum partial staffing."""
        def shrink(shown, network):
            short = shown["infeasible"]
            keep = self.r.randrange(len(short["tasks"]))
            short["tasks"] = short["tasks"][:keep]
            short["needed"] = network.seats * keep
            return shown
        return "shortage", shrink

    def cheat_hide_shortage(self):
        def staff(shown, network):
            teams = [[network.ids[j] for j in sorted(able)[:network.seats]]
                     for able in network.eligible]
            duals = forge.potentials(network, [set() for _ in network.tasks], lambda i, j: 0)
            return {"unit": shown["unit"], "R": 0, "tasks": network.tasks,
                    "inspectors": network.ids, "teams": teams, "duals": duals}
        return "shortage", staff

    def cheat_false_shortage(self):
        def pretend(shown, network):
            able = {j for i in range(len(network.tasks)) for j in network.eligible[i]}
            return {"unit": shown["unit"], "infeasible": {
                "tasks": network.tasks, "full": network.ids[:self.r.randrange(3)],
                "inspectors": [network.ids[j] for j in sorted(able)], "available": 1,
                "needed": network.seats * len(network.tasks)}}
        return "staffing", pretend

    def cheat_order_of_units(self):
        return "units", lambda units: units[::-1]

    def cheat_order_of_items(self):
        return "items", lambda items: items[::-1]

    def cheat_more_keys(self):
        return "transcript", lambda transcript: transcript | {self.r.choice(list(KEYS)): 1}
