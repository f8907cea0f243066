// Package account keeps the people who sign in to yaohao: their posts (岗位), their passwords, and
// the check that an action needs a certain post.
//
// # Identity
//
// An account has an id of the form P0001, given in order and never again. The id stands in the log,
// in results and in reviews instead of the person; name and login stay in this table. Accounts are
// never deleted, only disabled, so that an id in an old record always has its account.
//
// # Posts
//
// Posts are those of the design: 计划员, 抽取操作员, 批准人, 检查人员, 审核员, 公示员, 名录管理员, 监督员
// and 系统管理员. One person may hold several, with two exceptions. The supervisor (监督员, 纪检)
// reads everything and changes nothing, so that post stands alone. The administrator (系统管理员)
// manages accounts and takes no part in draws, so that post goes with the registrar at most. That
// author and approver, entrant and reviewer are different people is a matter of the single plan or
// task and is checked there. Nobody changes their own posts, and the last administrator who can
// sign in is neither disabled nor stripped of the post.
//
// # Passwords
//
// argon2id (RFC 9106) with 64 MiB, one pass, four lanes, a random salt of 16 bytes and a tag of 32,
// stored as a PHC string:
//
//	$argon2id$v=19$m=65536,t=1,p=4$<salt>$<tag>     (base64 without padding)
//
// The parameters are read back from the string, so they can be raised later without locking anybody
// out. At most four passwords are checked at a time: each takes 64 MiB.
//
// A password has 8 to 128 characters and is not the login. There are no rules about kinds of
// characters (NIST SP 800-63B 3.1.1.2: length counts, composition rules do not help).
//
// # Failed sign-ins
//
// Five wrong passwords in a row lock the account for 15 minutes; further tries in that time are
// refused without being counted, so that the lock ends. An unknown login, a disabled account, a
// locked account and a wrong password give the same error after the same work: the answer does not
// tell which logins exist.
//
// # Log
//
// Creating an account, changing posts, disabling, enabling and setting a password append a leaf
// `account` with the account id as subject. It never holds name, login or password.
package account
