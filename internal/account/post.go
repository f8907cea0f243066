package account

import (
	"slices"
	"strings"

	"yaohao/audit"
	"yaohao/internal/fault"
)

// Post is a post (岗位) that an account holds; its text is the code in the table and in the log.
type Post string

// The posts, in the order in which pages list them.
const (
	Planner       Post = "planner"       // plans and items
	Operator      Post = "operator"      // freezes, enters entropy
	Approver      Post = "approver"      // approves plans, confirms what is void
	Inspector     Post = "inspector"     // visits and enters results 录入员
	Reviewer      Post = "reviewer"      // reviews results
	Publisher     Post = "publisher"     // makes results public, issues notices
	Registrar     Post = "registrar"     // imports 一单两库
	Supervisor    Post = "supervisor"    // 纪检: reads everything, changes nothing
	Administrator Post = "administrator" // accounts, no draws
)

var posts = []struct {
	post Post
	name string
}{
	{Planner, "计划员"}, {Operator, "抽取操作员"}, {Approver, "批准人"}, {Inspector, "检查人员"},
	{Reviewer, "审核员"}, {Publisher, "公示员"}, {Registrar, "名录管理员"}, {Supervisor, "监督员"},
	{Administrator, "系统管理员"},
}

// Posts gives all posts in their order.
func Posts() []Post {
	out := make([]Post, len(posts))
	for i, p := range posts {
		out[i] = p.post
	}
	return out
}

// Name gives the Chinese name of the post, or its code if there is no such post.
func (p Post) Name() string {
	for _, known := range posts {
		if known.post == p {
			return known.name
		}
	}
	return string(p)
}

// Valid reports whether there is such a post.
func (p Post) Valid() bool { return slices.Contains(Posts(), p) }

// Require gives nil if actor acts in one of the posts, else fault.Forbidden. audit.System acts in
// none of them: a function that the timer may call says so itself.
func Require(actor audit.Actor, allowed ...Post) error {
	if actor.Person != "" && slices.Contains(allowed, Post(actor.Post)) {
		return nil
	}
	names := make([]string, len(allowed))
	for i, p := range allowed {
		names[i] = p.Name()
	}
	return fault.New(fault.Forbidden, "此操作需要岗位：%s", strings.Join(names, "、")).
		WithHint("请换用具有该岗位的账号，或请系统管理员授予岗位")
}

// checkPosts refuses unknown and repeated posts and combinations that the package comment excludes,
// and gives the posts in their order.
func checkPosts(given []Post, inspector bool) ([]Post, error) {
	for i, p := range given {
		if !p.Valid() {
			return nil, fault.New(fault.Invalid, "没有岗位“%s”", p).WithField("posts")
		}
		if slices.Contains(given[:i], p) {
			return nil, fault.New(fault.Invalid, "岗位“%s”重复", p.Name()).WithField("posts")
		}
	}
	if slices.Contains(given, Supervisor) && len(given) > 1 {
		return nil, fault.New(fault.Invalid, "监督员不能兼任其他岗位").WithField("posts").
			WithHint("监督员只查看、不操作，请另建账号")
	}
	for _, p := range given {
		if slices.Contains(given, Administrator) && p != Administrator && p != Registrar {
			return nil, fault.New(fault.Invalid, "系统管理员不能兼任%s", p.Name()).
				WithField("posts").WithHint("系统管理员不参与抽查，请另建账号")
		}
	}
	if slices.Contains(given, Inspector) && !inspector {
		return nil, fault.New(fault.Invalid, "检查人员账号须对应执法检查人员名录中的一人").
			WithField("inspector").WithHint("填写人员编号")
	}
	sorted := make([]Post, 0, len(given))
	for _, p := range Posts() {
		if slices.Contains(given, p) {
			sorted = append(sorted, p)
		}
	}
	return sorted, nil
}
