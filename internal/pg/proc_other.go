//go:build unix && !linux

package pg

import (
	"os"
	"syscall"
)

func selfPath() (string, error) { return os.Executable() }

// signalOnDeath can do nothing here: a server whose keeper was killed is stopped by the next start.
func signalOnDeath(*syscall.SysProcAttr, syscall.Signal) {}

// serverOf believes postmaster.pid if any such process lives.
func serverOf(pid int, _ string) bool { return syscall.Kill(pid, 0) == nil }
