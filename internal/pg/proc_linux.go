package pg

import (
	"fmt"
	"os"
	"syscall"
)

// selfPath names this very program, also when its file has been replaced since.
func selfPath() (string, error) { return "/proc/self/exe", nil }

// signalOnDeath makes the kernel send sig to the child when the thread that starts it ends.
func signalOnDeath(a *syscall.SysProcAttr, sig syscall.Signal) { a.Pdeathsig = sig }

// serverOf reports whether process pid is a PostgreSQL server of the data folder: a server works
// inside that folder. After a crash the number may belong to any other process.
func serverOf(pid int, data string) bool {
	at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && at == data
}
