#!/usr/bin/env bash
# Prints the ratios that the design holds itself to, each measured against its yardstick in the same
# run, as a table: scripts/bench.sh
#
#   YAOHAO_BENCH_ROWS   entities of import and freeze (200000; the budgets are meant for 1000000)
#   YAOHAO_BENCH_TIMES  how often each work is done (3)
set -euo pipefail

cd "$(dirname "$0")/.."
export YAOHAO_BENCH_ROWS=${YAOHAO_BENCH_ROWS:-200000}
times=${YAOHAO_BENCH_TIMES:-3}

# bench PACKAGE PATTERN: runs benchmarks; their lines go to standard error as well.
bench() {
    go test -run '^$' -bench "$2" -benchtime "${times}x" -timeout 60m "$1" | tee >(cat >&2)
}

# table: reads the lines of benchmarks; each row takes the number before its unit from one of them.
table() {
    awk -F '\t' '
        function row(work, name, unit, budget,    i, f, n, over) {
            for (i = 1; i <= lines; i++) {
                if (index(line[i], name) != 1) continue
                n = split(line[i], f, /[ \t]+/)
                while (n > 1 && f[n] != unit) n--
                if (n > 1) {
                    over = sprintf("over by %.0f %%", (f[n-1] / budget - 1) * 100)
                    printf "%s\t%.2f\t%.2f\t%s\n", work, budget, f[n-1],
                        f[n-1] <= budget ? "holds" : over
                    return
                }
            }
            printf "%s\t%.2f\t-\tnot measured\n", work, budget
            missing = 1
        }
        { line[++lines] = $0 }
        END {
            rows = ENVIRON["YAOHAO_BENCH_ROWS"]
            print "work, in multiples of its yardstick\tbudget\tmeasured\t"
            row("1 ticket + select 1 % / bare SHA-256 loop",
                "BenchmarkTicketSelect/1%", "×bare", 1.25)
            row("1 ticket + select 5 % / bare SHA-256 loop",
                "BenchmarkTicketSelect/5%", "×bare", 1.25)
            row("1 ticket + select 30 % / bare SHA-256 loop",
                "BenchmarkTicketSelect/30%", "×bare", 1.25)
            row("3 verify a bundle / draw it", "BenchmarkVerify", "×draw", 1.1)
            row("5 import " rows " entities / COPY", "BenchmarkImport", "import/copy", 2)
            row("6 freeze " rows " entities / scan + sort",
                "BenchmarkFreeze", "freeze/scan+sort", 2)
            exit missing
        }' | column -t -s $'\t'
}

{
    bench ./sampling '^(BenchmarkTicketSelect|BenchmarkVerify)$'
    bench ./registry '^(BenchmarkImport|BenchmarkFreeze)$'
} | table
