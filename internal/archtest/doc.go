// Package archtest holds the rules about this repository that a compiler does not check. It has
// only tests, and reads like a map of the code:
//
//	levels_test.go   which package may import which, and which library is seen where
//	tables_test.go   each table has one package that writes it
//	purity_test.go   what sampling, audit and calendar must not know; clocks and goroutines
//	budgets_test.go  lengths, comments, tests, documentation
//	source_test.go   how the files are read
package archtest
