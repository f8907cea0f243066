package pg

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// keeperName is argv[0] of a process that is a keeper and nothing else.
const keeperName = "yaohao-pg-keeper"

// keeperOrder is what a keeper has to know; it travels as JSON in argv[1].
type keeperOrder struct {
	Dir, Socket, Postgres string
	UID, GID              uint32
	Change                bool
	Durable, Temporary    bool
}

// The files that a keeper inherits.
const (
	keeperLockFD = 3
	serverLockFD = 4
)

// patience is how long the keeper gives a server to stop, fast and then at once.
const patience = time.Minute

// lingerTime is how long the keeper of a temporary cluster waits for another user: the time
// between two test binaries of one "go test ./...".
const lingerTime = 4 * time.Second

// init turns this process into a keeper when it was started as one. It has to come before main:
// the same trick must serve yaohao and every test binary.
func init() {
	if len(os.Args) != 2 || os.Args[0] != keeperName {
		return
	}
	if err := keep(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "keeper:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs the server until nobody uses it, or until it ends by itself. Its locks go when this
// process ends, which is the sign for others that the server is down.
func keep(text string) error {
	// The kernel signals the server when the thread that started it ends: stay on the main
	// thread, which ends with the process.
	runtime.LockOSThread()
	syscall.CloseOnExec(keeperLockFD)
	syscall.CloseOnExec(serverLockFD)
	// Users get these signals too, and when they have gone the server stops.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

	var o keeperOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	users, err := openLock(filepath.Join(o.Dir, "users.lock"))
	if err != nil {
		return err
	}
	cmd, err := o.startServer()
	if err != nil {
		return err
	}
	ended, unused := make(chan *os.ProcessState, 1), make(chan error, 1)
	go func() {
		_ = cmd.Wait() // what it could say is in the state
		ended <- cmd.ProcessState
	}()
	go func() { unused <- o.waitUnused(users) }()

	select {
	case state := <-ended: // by itself, a crash or a refusal to start: server.log says why
		if !state.Success() {
			err = fmt.Errorf("the server ended: %v", state)
		}
	case err = <-unused:
		if err == nil {
			err = o.stop(cmd.Process, ended)
		}
	}
	return o.clean(err)
}

// startServer starts PostgreSQL, which inherits server.lock and gets a signal when we die.
func (o keeperOrder) startServer() (*exec.Cmd, error) {
	path := filepath.Join(o.Dir, "server.log")
	_ = os.Rename(path, path+".1") // there is none before the first start
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	// What the keeper itself has to say goes there as well.
	os.Stderr = log

	lock := os.NewFile(serverLockFD, "server.lock")
	u := serverUser{uid: o.UID, gid: o.GID, change: o.Change}
	cmd := exec.Command(o.Postgres, o.arguments()...)
	cmd.Dir, cmd.Env = "/", serverEnv()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = u.attributes()
	signalOnDeath(cmd.SysProcAttr, o.stopSignal())
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return cmd, lock.Close() // from now on the server alone holds it
}

// arguments is the whole configuration of the server; its own files keep their defaults.
func (o keeperOrder) arguments() []string {
	settings := []string{
		"listen_addresses=", // no TCP
		"unix_socket_permissions=0700",
		"timezone=Asia/Shanghai",
		"log_timezone=Asia/Shanghai",
		// Failed statements and the values of rows may hold personal data.
		"log_min_error_statement=panic",
		"log_error_verbosity=terse",
	}
	if !o.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "log_checkpoints=off")
	}
	if o.Temporary {
		// Many small databases side by side, and none of them lives long.
		settings = append(settings, "max_connections=300", "autovacuum=off", "jit=off")
	}
	args := []string{"-D", filepath.Join(o.Dir, "data"), "-k", o.Socket, "-p", socketPort}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// stopSignal is a fast shutdown, or an immediate one where nothing has to be kept.
func (o keeperOrder) stopSignal() syscall.Signal {
	if o.Temporary {
		return syscall.SIGQUIT
	}
	return syscall.SIGINT
}

// waitUnused returns when nobody uses the cluster; from then on nobody can, until we end.
func (o keeperOrder) waitUnused(users *os.File) error {
	for {
		if err := flock(users, syscall.LOCK_EX); err != nil || !o.Temporary {
			return err
		}
		if err := flock(users, syscall.LOCK_UN); err != nil {
			return err
		}
		time.Sleep(lingerTime)
		if alone, err := tryLock(users, syscall.LOCK_EX); alone || err != nil {
			return err
		}
	}
}

// stop asks the server to stop and insists when it does not.
func (o keeperOrder) stop(server *os.Process, ended <-chan *os.ProcessState) error {
	for _, sig := range []syscall.Signal{o.stopSignal(), syscall.SIGQUIT, syscall.SIGKILL} {
		if err := server.Signal(sig); err != nil {
			return err
		}
		select {
		case <-ended:
			return nil
		case <-time.After(patience):
		}
	}
	return fmt.Errorf("the server does not stop")
}

// clean removes what has no meaning without a server, and adds what goes wrong to err.
func (o keeperOrder) clean(err error) error {
	if e := os.RemoveAll(o.Socket); err == nil {
		err = e
	}
	if o.Temporary {
		if e := os.RemoveAll(filepath.Join(o.Dir, "data")); err == nil {
			err = e
		}
	}
	return err
}
