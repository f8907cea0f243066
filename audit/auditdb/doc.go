// Package auditdb keeps the log of package audit in PostgreSQL: tables log_head, log_leaf,
// log_hash, log_checkpoint and log_key, which nothing else writes.
//
// # Appending
//
// Append runs in the caller's transaction, so a change and its leaf commit together or not at all.
// It locks the one row of log_head until that transaction ends: leaves have one order, and a
// rolled-back transaction gives its index back (a sequence would leave a gap). Therefore append as
// late in a transaction as possible, and do slow work before. At REPEATABLE READ, an append after
// somebody else's fails with a serialization failure (pg.IsRetryable): run the transaction again.
//
// An append reads the frontier of the tree (one hash for each set bit of the size, by primary key)
// and refuses to go on if it does not give the root in log_head.
//
// # What a crash leaves
//
// Append: nothing, until the caller commits. Checkpoint: nothing, or a row; asking again gives that
// row. LoadKey: the key file is made under another name, synced, and linked to its name, so there
// is no file or a whole one; a file `.new-…` beside it may stay behind and can be deleted.
//
// # What it does not stop
//
// The role yh_app can neither change nor delete leaves, hashes, checkpoints or keys, and the head
// can only grow. The owner of the tables can do all of it; Verify finds it against checkpoints that
// left the house, and against stored ones as long as the signing key was not stolen too.
package auditdb
