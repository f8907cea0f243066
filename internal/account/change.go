package account

import (
	"context"
	"slices"
	"time"

	"yaohao/audit"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// SetPosts replaces the posts of an account and appends a leaf with the old and the new ones.
func SetPosts(ctx context.Context, q pg.Querier, actor audit.Actor, id string, given []Post,
	now time.Time) error {
	a, err := forChange(ctx, q, actor, id)
	if err != nil {
		return err
	}
	sorted, err := checkPosts(given, a.Inspector != "")
	if err != nil {
		return err
	}
	if a.Has(Administrator) && !slices.Contains(sorted, Administrator) {
		if err := keepAdministrator(ctx, q, id); err != nil {
			return err
		}
	}
	if slices.Equal(sorted, a.Posts) {
		return nil
	}
	before := a.Posts
	a.Posts = sorted
	if err := updatePosts(ctx, q, id, sorted); err != nil {
		return err
	}
	return appendLeaf(ctx, q, actor, a, "posts", now, audit.Fact{Key: "before", Value: join(before)})
}

// SetDisabled disables an account, or enables it again, and appends a leaf.
func SetDisabled(ctx context.Context, q pg.Querier, actor audit.Actor, id string, disabled bool,
	now time.Time) error {
	a, err := forChange(ctx, q, actor, id)
	if err != nil || a.Disabled == disabled {
		return err
	}
	action := "enable"
	if disabled {
		action = "disable"
		if a.Has(Administrator) {
			if err := keepAdministrator(ctx, q, id); err != nil {
				return err
			}
		}
	}
	if err := updateDisabled(ctx, q, id, disabled); err != nil {
		return err
	}
	return appendLeaf(ctx, q, actor, a, action, now)
}

// SetPassword sets the password of an account, ends a lock and appends a leaf: an administrator
// may for anybody, everybody for themselves (the page asks for the present password first).
func SetPassword(ctx context.Context, q pg.Querier, actor audit.Actor, id, password string,
	now time.Time) error {
	if actor.Person != id {
		if err := requireAdministrator(actor); err != nil {
			return err
		}
	}
	a, err := ByID(ctx, q, id)
	if err != nil {
		return err
	}
	if err := CheckPassword(a.Login, password); err != nil {
		return err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	if err := updatePassword(ctx, q, id, hash); err != nil {
		return err
	}
	return appendLeaf(ctx, q, actor, a, "password", now)
}

// forChange checks who may change posts or state of an account, takes the lock under which the
// last administrator is counted, and reads the account.
func forChange(ctx context.Context, q pg.Querier, actor audit.Actor, id string) (*Account, error) {
	if err := requireAdministrator(actor); err != nil {
		return nil, err
	}
	if actor.Person == id {
		return nil, fault.New(fault.Forbidden, "不能更改自己的岗位或停用自己的账号").
			WithHint("请另一位系统管理员办理")
	}
	if err := lockAccounts(ctx, q); err != nil {
		return nil, err
	}
	return ByID(ctx, q, id)
}

func keepAdministrator(ctx context.Context, q pg.Querier, id string) error {
	n, err := otherAdministrators(ctx, q, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "%s 是最后一名系统管理员", id).
			WithHint("先为另一个账号授予系统管理员岗位")
	}
	return nil
}
