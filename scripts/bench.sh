#!/usr/bin/env bash
# Prints the ratios that the design holds itself to, each measured against its yardstick in the same
# run, as a table: scripts/bench.sh
#
#   YAOHAO_BENCH_ROWS   entities of import and freeze (200000; the budgets are meant for 1000000)
#   YAOHAO_BENCH_BIG    lines that are drawn from for the memory (4000000; the budget is meant for
#                       190000000, which takes some minutes)
#   YAOHAO_BENCH_TIMES  how often each work is done (3)
set -euo pipefail

cd "$(dirname "$0")/.."
export YAOHAO_BENCH_ROWS=${YAOHAO_BENCH_ROWS:-200000}
export YAOHAO_BENCH_BIG=${YAOHAO_BENCH_BIG:-4000000}
times=${YAOHAO_BENCH_TIMES:-3}

# bench PACKAGE PATTERN TIMES [OPTION…]: runs benchmarks; their lines go to standard error as well.
bench() {
    go test -run '^$' -bench "$2" -benchtime "${3}x" -timeout 60m "${@:4}" "$1" | tee >(cat >&2)
}

# table: reads the lines of benchmarks; each row takes the number before its unit from one of them.
# Names of benchmarks end in -N where they ran on N processors, and in nothing where on one.
table() {
    awk -F '\t' '
        function value(name, unit, many,    i, f, n, own, suffix) {
            for (i = 1; i <= lines; i++) {
                n = split(line[i], f, /[ \t]+/)
                own = f[1]
                suffix = sub(/-[0-9]+$/, "", own)
                if (own != name || many != "" && suffix != many) continue
                while (n > 1 && f[n] != unit) n--
                if (n > 1) return f[n-1]
            }
            return ""
        }
        # row: a work with a budget; print "-" where it was not measured.
        function row(work, name, unit, budget, many, scale,    v, over) {
            v = value(name, unit, many)
            if (v == "") {
                printf "%s\t%.2f\t-\tnot measured\n", work, budget
                missing = 1
                return
            }
            if (scale) v /= scale
            over = sprintf("over by %.0f %%", (v / budget - 1) * 100)
            printf "%s\t%.2f\t%.2f\t%s\n", work, budget, v, v <= budget ? "holds" : over
        }
        # peer: a work without a budget, beside ours.
        function peer(work, unit,    v) {
            v = value("BenchmarkPeers", unit, "")
            printf "%s\t-\t%s\t\n", work, v == "" ? "-" : sprintf("%.2f", v)
        }
        { line[++lines] = $0 }
        END {
            rows = ENVIRON["YAOHAO_BENCH_ROWS"]; big = ENVIRON["YAOHAO_BENCH_BIG"]
            print "the same 300000 ids, in multiples of a bare SHA-256 loop\tbudget\tmeasured\t"
            peer("  draw: both files read, hashed, checked; Merkle root; tasks staffed", "draw/bare")
            peer("  verify that draw", "verify/bare")
            peer("  PostgreSQL: ORDER BY sha256(…) LIMIT n", "postgresql/bare")
            peer("  Python: hashlib and heapq, without reading", "python/bare")
            print "work, in multiples of its yardstick\tbudget\tmeasured\t"
            split("1% 5% 30%", share, " ")
            for (i = 1; i <= 3; i++)
                row("1 ticket + select " share[i] " / bare SHA-256 loop, one core",
                    "BenchmarkTicketSelect/" share[i], "×bare", 1.25, 0)
            for (i = 1; i <= 3; i += 2) {
                row("2 draw " share[i] " from files / its hashing, one core",
                    "BenchmarkDraw/" share[i], "×hashing", 1.4, 0)
                row("2 draw " share[i] " from files / its hashing, all cores",
                    "BenchmarkDraw/" share[i], "×hashing", 1.4, cores > 1 ? 1 : "")
            }
            row("2 memory of drawing from " big " / (150 MB + 120 B a row)",
                "BenchmarkBig", "×memory", 1, "")
            row("3 verify a bundle / draw it, one core", "BenchmarkVerify", "×draw", 1.1, 0)
            row("3 verify a bundle / draw it, all cores", "BenchmarkVerify", "×draw", 1.1,
                cores > 1 ? 1 : "")
            row("4 staff 2000 × 300, seconds, one core", "BenchmarkStaff/2000x300",
                "ns/op", 0.2, 0, 1e9)
            row("4 staff 10000 × 1500, seconds, one core", "BenchmarkStaff/10000x1500",
                "ns/op", 5, 0, 1e9)
            row("5 import " rows " entities / COPY", "BenchmarkImport", "import/copy", 2, "")
            row("6 freeze " rows " entities / scan + sort",
                "BenchmarkFreeze", "freeze/scan+sort", 2, "")
            exit missing
        }' cores="$(nproc)" | column -t -s $'\t'
}

# Rows 1 to 3 on one processor and on all; the memory in a process of its own.
on=1
if [ "$(nproc)" -gt 1 ]; then on=1,$(nproc); fi
{
    bench ./sampling '^BenchmarkPeers$' "$times"
    bench ./sampling '^BenchmarkTicketSelect$' "$times" -cpu 1
    bench ./sampling '^(BenchmarkDraw|BenchmarkVerify)$' "$times" -cpu "$on"
    bench ./sampling '^BenchmarkBig$' 1
    bench ./sampling '^BenchmarkStaff$' "$times" -cpu 1
    bench ./registry '^(BenchmarkImport|BenchmarkFreeze)$' "$times"
} | table
