#!/usr/bin/env python3
"""Lets the three verifiers of draw/1 judge the same bundles and compares what they say.

    run.py --bin DIR --vectors DIR [--bundles N] [--tampers N] [--seed N] [--keep DIR]

The three share no code: yaohao-verify (Go), docs/verify.py (Python, run inside this process) and
web/browser/verify-cli.mjs (the page's JavaScript under Node.js). Compared are exit codes, the first
check that fails, and every failing check that does not rest on another one that failed: what §9 of
draw/1 determines. A disagreement is printed with its seed and the three outputs, its folder is
kept, and the exit code is 1.
"""
import argparse, collections, multiprocessing, os, pathlib, re, shutil, subprocess, sys
import tempfile, time, traceback

import generate  # finds docs/verify.py
import tamper, verify

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLI = ROOT / "web/browser/verify-cli.mjs"
CRASH = 99
BATCH = 20

# What a check rests on (§9): if one of these fails, its own verdict is not determined.
RESTS_ON = {check: {"canonical", "plan"} for check in verify.CHECKS[2:]}
RESTS_ON |= {"canonical": set(), "plan": {"canonical"}}
for check in ("population", "selection", "staffing", "optimal", "unique", "roles"):
    RESTS_ON[check] |= {"files", "population"} - {check}
for check in ("optimal", "unique", "roles"):
    RESTS_ON[check] |= {"staffing"}
RESTS_ON["unique"] |= {"optimal"}
RESTS_ON["selection"] |= {"size"}
for check in ("seed", "selection", "staffing", "optimal", "unique", "roles"):
    RESTS_ON[check] |= {"entropy"}

Case = collections.namedtuple("Case", "name folder published exit check")  # the last two, or None


# ---------------------------------------------------------------- the three verifiers
def by_python(case):
    lines = []
    try:
        code = verify.verify(case.folder, case.published, lambda said: lines.append(str(said)))
    except Exception:
        return CRASH, traceback.format_exc()
    return code, "".join(said + "\n" for said in lines)


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=600)
    code, text = done.returncode, done.stdout.decode(errors="replace")
    errors = done.stderr.decode(errors="replace")
    if code not in (0, 1, 2) or "goroutine" in errors or "    at " in errors:
        return CRASH, text + errors
    return code, text


def asked(case):
    return [] if case.published is None else ["--commit", case.published]


def by_go(case, binaries):
    return run(str(binaries / "yaohao-verify"), str(case.folder), *asked(case))


def by_node(cases):
    """All cases in one process; one that was lost to a crash gets a process of its own."""
    together = [case for case in cases if case.published is None]
    said = {}
    if len(together) > 1:
        _, text = run("node", str(CLI), *[str(case.folder) for case in together])
        for block in re.split(r"^== ", text, flags=re.M)[1:]:
            head, _, lines = block.partition("\n")
            folder, _, code = head.rpartition(" exit ")
            said[folder] = int(code), lines
    return [said.get(str(case.folder)) if str(case.folder) in said and case.published is None
            else run("node", str(CLI), str(case.folder), *asked(case)) for case in cases]


# ---------------------------------------------------------------- comparing
def failing(output):
    return [line.split()[1] for line in output.splitlines() if line.startswith("FAIL ")]


def judgement(verdict):
    """(exit code, first failing check, failing checks that are determined)"""
    code, output = verdict
    failed = failing(output)
    determined = frozenset(
        check for check in failed if not RESTS_ON.get(check, set()) & set(failed))
    return code, (failed or [None])[0], determined


def complaint(case, verdicts):
    """What is wrong about the verdicts on a case, or None."""
    judged = [judgement(verdict) for verdict in verdicts]
    if CRASH in [code for code, _ in verdicts]:
        return "a verifier crashed"
    if all((case.folder / name).is_file() for name in ("plan.json", "seed.txt", "transcript.json")):
        if {first for _, first, _ in judged} in ({"canonical"}, {"plan"}):
            # They may stop there, and then do not see that another file is missing.
            judged = [(min(code, 1), first, failed) for code, first, failed in judged]
    if 2 in [code for code, _, _ in judged]:
        # With a missing file the checks may differ.
        judged = [(code, None, None) for code, _, _ in judged]
    if len(set(judged)) > 1:
        return "the verifiers disagree"
    if case.exit is not None and judged[0][0] != case.exit:
        return f"exit {judged[0][0]}, want {case.exit}"
    if case.check is not None and judged[0][1] != case.check:
        return f"{judged[0][1]} fails first, want {case.check}"
    return None


def judge(cases, binaries):
    """(complaints, [the kinds of verdict]) of a list of cases."""
    complaints, kinds = [], []
    for case, node in zip(cases, by_node(cases)):
        verdicts = [by_go(case, binaries), by_python(case), node]
        kinds.append(judgement(verdicts[1])[1] or "accepted")
        if wrong := complaint(case, verdicts):
            complaints.append((case, wrong, verdicts))
    return complaints, kinds


# ---------------------------------------------------------------- the cases
def vectors(folder):
    """The vectors and tampers of INDEX.md; every bundle without a line there must verify."""
    index = (folder / "INDEX.md").read_text("utf-8")
    listed = re.findall(r"^- `(\S+)(?: --commit (\w+))?` — `(\w+)`:", index, flags=re.M)
    cases = [Case(path.parent.name, path.parent, None, 0, None)
             for path in sorted(folder.glob("*/plan.json"))]
    return cases + [Case(name, folder / name, published or None, 1, check)
                    for name, published, check in listed if (folder / name).is_dir()]


def drawn(seed, folder, binaries, entities):
    """A random bundle, drawn by yaohao; None, or what it said when it refused."""
    values = generate.Maker(seed, folder, entities).make()
    command = [str(binaries / "yaohao"), "draw", "--dir", str(folder)]
    command += ["--plan", f"{folder}/plan.json"]
    for name, value in values:
        command += ["--entropy", f"{name}={value}"]
    done = subprocess.run(command, capture_output=True, timeout=600)
    return None if done.returncode == 0 else done.stderr.decode(errors="replace")


def batch(job):
    """Makes and judges the cases of some seeds; returns complaints as text, and counts."""
    what, seeds, binaries, keep = job
    complaints, cases, count = [], [], collections.Counter()
    with tempfile.TemporaryDirectory(prefix="conformance-") as work:
        for seed in seeds:
            folder, published, name = pathlib.Path(work, f"{what}-{seed}"), None, f"{what} {seed}"
            refused = drawn(seed, folder, binaries, 300 if what == "bundle" else 25)
            if refused:
                shutil.copytree(folder, keep / f"{what}-{seed}", dirs_exist_ok=True)
                complaints.append(f"{name}: yaohao draw refuses {keep}/{what}-{seed}: {refused}")
                continue
            if what == "tamper":
                said, published = tamper.Tamper(seed, folder).run()
                name += f" ({said})"
            cases.append(Case(name, folder, published, 0 if what == "bundle" else None, None))
        wrong, kinds = judge(cases, binaries)
        count.update(f"{what} {kind}" for kind in kinds)
        for case, words, verdicts in wrong:
            kept = keep / case.folder.name
            shutil.copytree(case.folder, kept, dirs_exist_ok=True)
            complaints.append(report(case, words, verdicts, kept))
    return complaints, count


def report(case, words, verdicts, kept):
    text = [f"{case.name}: {words}; kept in {kept}"]
    for who, (code, output) in zip(("go", "python", "javascript"), verdicts):
        shown = [line for line in output.splitlines() if not line.startswith("ok ")]
        text.append(f"  {who}: exit {code}")
        text += [f"    {line[:300]}" for line in shown[:20]]
    return "\n".join(text)


def main():
    options = argparse.ArgumentParser(description="Compares the three verifiers of draw/1.")
    options.add_argument("--bin", type=pathlib.Path, required=True)
    options.add_argument("--vectors", type=pathlib.Path, required=True)
    options.add_argument("--bundles", type=int, default=60)
    options.add_argument("--tampers", type=int, default=60)
    options.add_argument("--seed", type=int, default=0, help="the first seed")
    options.add_argument("--keep", type=pathlib.Path, help="where bundles in dispute are kept")
    arguments = options.parse_args()
    keep = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="conformance-kept-"))
    started = time.time()
    known = vectors(arguments.vectors)
    jobs = [(what, range(at, min(at + BATCH, arguments.seed + number)), arguments.bin, keep)
            for what, number in (("bundle", arguments.bundles), ("tamper", arguments.tampers))
            for at in range(arguments.seed, arguments.seed + number, BATCH)]
    complaints, count = [], collections.Counter()
    with multiprocessing.Pool(min(os.cpu_count() or 1, 8)) as pool:
        pieces = [known[at:at + BATCH] for at in range(0, len(known), BATCH)]
        judged = pool.starmap_async(judge, [(piece, arguments.bin) for piece in pieces])
        for texts, counts in pool.imap_unordered(batch, jobs):
            complaints += texts
            count += counts
        for wrong, kinds in judged.get():
            complaints += [report(case, *said, case.folder) for case, *said in wrong]
            count["vectors"] += len(kinds)
    print("\n".join(complaints + [f"{count[kind]:6} {kind}" for kind in sorted(count)]))
    print(f"conformance: {sum(count.values())} bundles, three verifiers, "
          f"{len(complaints)} disagreements, {time.time() - started:.0f} s")
    if not arguments.keep and not any(keep.iterdir()):
        keep.rmdir()
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
