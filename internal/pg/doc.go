// Package pg is the way to PostgreSQL: a pool of connections that have taken the right role,
// transactions, and a private server for those who have not set one up.
//
// # Roles
//
// The account that connects may be anything; Open makes every connection SET ROLE yh_app, which
// may INSERT into history tables but not UPDATE, DELETE or TRUNCATE them. Triggers refuse the same
// to everybody else, the owner of the tables included. A database superuser can undo both; the
// log (package audit) shows it. In earnest, give the service a login that is a member of yh_app
// only, and another one, a member of all three roles, for "yaohao migrate".
//
// # The private cluster
//
// StartCluster runs PostgreSQL from the server's own binaries for one operating-system user and
// one folder, without a TCP port:
//
//	DIR/data       the database cluster, mode 0700; it appears by one rename after initdb
//	DIR/server.log what the server says; no statements and no row values
//	DIR/*.lock     locks (flock), empty files that stay
//	TMP/yaohao-xx  the unix socket, in a short folder: a socket's path ends at 107 bytes
//
// Several processes may use one cluster. The first starts it, the others find it; it stops when
// the last one is gone, however that went. Four locks say who is there, and the kernel drops
// them with their process, so nothing has to be cleaned up after a kill -9 or a power cut:
//
//	start.lock   exclusive: somebody starts, stops or prepares the cluster
//	users.lock   shared: one for each process that uses the cluster
//	keeper.lock  exclusive: held by the keeper
//	server.lock  exclusive: held by every process of the server, and of initdb
//
// The keeper is this same program started anew under another name. It starts the server and waits
// for an exclusive lock on users.lock, which the kernel grants when no user is left; then it asks
// the server for a fast shutdown, waits, and ends. It leaves signals to its users, because they
// get them as well. If the keeper itself is killed the kernel sends the server that signal.
//
// A postmaster.pid that no process of the server guards (server.lock is free) is stale and goes
// away before the start. A data folder never exists half-made under its final name.
//
// PostgreSQL refuses to run as root. Under root the server runs as the owner of an existing data
// folder, else as user postgres, who must be able to reach DIR.
package pg
