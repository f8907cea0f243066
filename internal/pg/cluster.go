package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/fault"
)

const (
	superuser    = "yaohao" // the database superuser of a private cluster
	databaseName = "yaohao"
	socketPort   = "5432" // only names the socket file; there is no TCP port
)

// ClusterOptions says where and how a private cluster runs.
type ClusterOptions struct {
	// Dir holds everything of the cluster and is made if missing. Under root, user postgres must
	// be able to reach it; DefaultDir can be reached.
	Dir string

	// Durable makes every commit reach the disk (fsync). Without it a commit is several times
	// faster and a power cut may destroy the cluster: for demonstrations and tests.
	Durable bool

	// Temporary makes the cluster scrap: its data is removed a few seconds after the last user
	// left and never reused. For tests, whose binaries come and go. Excludes Durable.
	Temporary bool

	// Log receives what happens; nil for silence.
	Log *slog.Logger
}

// Cluster is this process's use of a private PostgreSQL cluster.
type Cluster struct {
	o      ClusterOptions
	dir    string
	socket string      // the folder of the unix socket
	users  *os.File    // our shared lock on users.lock; nil after Stop
	keeper *os.Process // the keeper, if this process started it
}

// StartCluster uses the private cluster in o.Dir: one that already runs for another process, or
// it makes the data folder if there is none and starts the server. It waits until the server
// answers, through crash recovery if need be, or ctx ends. The server lives until the last
// process that uses it has called Stop or ended, in whatever way.
//
// What a person can mend is a *fault.Error: no server installed, a folder the server's user
// cannot reach, a folder of another user, a data folder of another PostgreSQL version.
func StartCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := makeDir(o.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{o: o, dir: dir}
	err = c.locked(ctx, func() error {
		if c.users, err = openLock(c.file("users.lock")); err != nil {
			return err
		}
		// A keeper that is just stopping holds this lock until the server is gone.
		if err := waitLock(ctx, c.users, syscall.LOCK_SH); err != nil {
			return err
		}
		if err := c.startOrJoin(ctx); err != nil {
			return err
		}
		return c.waitReady(ctx)
	})
	if err != nil {
		return nil, errors.Join(err, c.leave())
	}
	return c, nil
}

// URL gives the address of the cluster's database, for Open, Migrate or psql.
func (c *Cluster) URL() string { return c.databaseURL(databaseName) }

// Stop ends this process's use of the cluster. If it was the last, Stop asks the server for a
// fast shutdown (open transactions roll back, everything committed is checkpointed) and waits
// until it is down or ctx ends; a temporary cluster is left to its keeper. A second Stop does
// nothing.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.users == nil {
		return nil
	}
	return c.locked(ctx, func() error {
		// Nobody can join now. Exclusive means: nobody else uses it. The kernel changes a lock in
		// two steps, so the keeper may slip in between; then it is stopping already.
		last, err := tryLock(c.users, syscall.LOCK_EX)
		if err := errors.Join(err, c.leave()); err != nil {
			return err
		}
		if c.o.Temporary {
			return nil
		}
		for {
			free, err := lockFree(c.file("keeper.lock"))
			if err != nil {
				return err
			}
			if free {
				c.o.Log.Info("database server stopped", "dir", c.dir)
				return c.reap()
			}
			if shared, err := c.inUse(); err != nil || (shared && !last) {
				return err
			}
			if err := pause(ctx); err != nil {
				return fmt.Errorf("waiting for the database server to stop: %w", err)
			}
		}
	})
}

// locked runs fn while nobody else starts, joins or stops this cluster.
func (c *Cluster) locked(ctx context.Context, fn func() error) (err error) {
	start, err := openLock(c.file("start.lock"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, start.Close()) }()
	if err := waitLock(ctx, start, syscall.LOCK_EX); err != nil {
		return err
	}
	return fn()
}

// startOrJoin makes sure that there is a server and learns where it listens.
func (c *Cluster) startOrJoin(ctx context.Context) error {
	lock, err := openLock(c.file("keeper.lock"))
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // a keeper has its own copy by then
	free, err := tryLock(lock, syscall.LOCK_EX)
	if err != nil {
		return err
	}
	if free {
		return c.start(ctx, lock)
	}
	return c.join(lock)
}

// join learns from the keeper's lock file where the running server listens.
func (c *Cluster) join(lock *os.File) error {
	text, err := io.ReadAll(lock)
	if err != nil {
		return fmt.Errorf("reading where the running server listens: %w", err)
	}
	c.socket = strings.TrimSpace(string(text))
	if c.socket == "" {
		return fmt.Errorf("%s does not say where the running server listens", lock.Name())
	}
	return nil
}

// waitReady waits until the server answers and prepares what every cluster has.
func (c *Cluster) waitReady(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, c.databaseURL("postgres"))
		if err == nil {
			err = c.prepare(ctx, conn)
			closeConn(ctx, conn)
			return err
		}
		dead, lockErr := lockFree(c.file("keeper.lock"))
		if lockErr != nil {
			return lockErr
		}
		if dead {
			return errors.Join(fmt.Errorf("the database server did not start:\n%s", c.lastWords()),
				c.reap())
		}
		if pause(ctx) != nil {
			return fmt.Errorf("waiting for the database server: %w", err)
		}
	}
}

// prepare creates the database on first use, and refuses a running server that is less careful
// with the data than o asks.
func (c *Cluster) prepare(ctx context.Context, conn *pgx.Conn) error {
	var fsync string
	var exists bool
	err := conn.QueryRow(ctx, `SELECT current_setting('fsync'),
		EXISTS (SELECT FROM pg_database WHERE datname = $1)`, databaseName).Scan(&fsync, &exists)
	if err != nil {
		return fmt.Errorf("asking the new server: %w", err)
	}
	if c.o.Durable && fsync != "on" {
		return fault.New(fault.Conflict, "%s 里的数据库正由演示程序使用，断电会丢数据", c.dir).
			WithHint("先结束演示程序，或换一个数据文件夹")
	}
	if exists || c.o.Temporary {
		return nil
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+databaseName); err != nil {
		return fmt.Errorf("creating the database: %w", err)
	}
	return nil
}

// inUse reports whether a process other than the keeper holds users.lock.
func (c *Cluster) inUse() (bool, error) {
	f, err := openLock(c.file("users.lock"))
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	return tryLock(f, syscall.LOCK_SH)
}

// leave gives the shared lock back.
func (c *Cluster) leave() error {
	if c.users == nil {
		return nil
	}
	err := c.users.Close()
	c.users = nil
	return err
}

// reap takes the exit status of a keeper that has ended and is our child.
func (c *Cluster) reap() error {
	if c.keeper == nil {
		return nil
	}
	_, err := c.keeper.Wait()
	c.keeper = nil
	return err
}

// lastWords gives the end of the server's log.
func (c *Cluster) lastWords() string {
	const most = 2000
	text, err := os.ReadFile(c.file("server.log"))
	if err != nil {
		return err.Error()
	}
	if len(text) > most {
		text = text[len(text)-most:]
	}
	return strings.TrimSpace(string(text))
}

func (c *Cluster) file(name string) string { return filepath.Join(c.dir, name) }

func (c *Cluster) databaseURL(database string) string {
	q := url.Values{"host": {c.socket}, "port": {socketPort}, "user": {superuser}}
	return "postgres:///" + database + "?" + q.Encode()
}
