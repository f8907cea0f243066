package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/calendar"
	"yaohao/inspection"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/reports"
	"yaohao/scheduler"
)

// office is a running installation: the database, the keys and the domain services on them.
type office struct {
	cfg        *Config
	log        *slog.Logger
	db         *pg.DB
	cluster    *pg.Cluster // nil with DATABASE_URL
	signer     note.Signer
	logKey     string // public
	scheduler  *scheduler.Service
	inspection *inspection.Service
}

// database gives the connection string in force: DATABASE_URL, or a private cluster in the state
// folder that is started, and brought to this program's schema, on the way.
func database(ctx context.Context, cfg *Config, durable bool, log *slog.Logger) (
	url string, cluster *pg.Cluster, err error) {
	if cfg.DatabaseURL != "" {
		return cfg.DatabaseURL, nil, nil
	}
	cluster, err = pg.StartCluster(ctx, pg.ClusterOptions{
		Dir: filepath.Join(cfg.State, "pg"), Durable: durable, Log: log})
	if err != nil {
		return "", nil, err
	}
	if err := pg.Migrate(ctx, cluster.URL()); err != nil {
		return "", nil, errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
	}
	return cluster.URL(), cluster, nil
}

// makeState makes the state folder. Under root the private cluster's user walks through it; what is
// secret in it has a mode of its own.
func makeState(cfg *Config) error {
	if err := os.MkdirAll(cfg.State, 0o755); err != nil {
		return fault.New(fault.Invalid, "状态目录 %s 无法建立：%v", cfg.State, err).
			WithHint("用 YAOHAO_STATE 指定一个可写的目录")
	}
	return nil
}

// withOffice opens the office for a command that runs once, and closes it after fn.
func withOffice(ctx context.Context, t *terminal, fn func(*office) error) error {
	cfg, err := loadConfig(t.getenv)
	if err != nil {
		return err
	}
	log, err := newLog(t.err, "warn")
	if err != nil {
		return err
	}
	o, err := openOffice(ctx, cfg, true, log)
	if err != nil {
		return err
	}
	return errors.Join(fn(o), o.Close())
}

// openOffice opens the database and the keys. Close what it gives. A crash in between leaves at
// most a key file that nothing uses yet.
func openOffice(ctx context.Context, cfg *Config, durable bool, log *slog.Logger) (*office, error) {
	if err := makeState(cfg); err != nil {
		return nil, err
	}
	url, cluster, err := database(ctx, cfg, durable, log)
	if err != nil {
		return nil, err
	}
	o := &office{cfg: cfg, log: log, cluster: cluster}
	if err := o.open(ctx, url); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func (o *office) open(ctx context.Context, url string) (err error) {
	if o.db, err = pg.Open(ctx, url); err != nil {
		return err
	}
	var created bool
	o.signer, o.logKey, created, err = auditdb.LoadKey(o.cfg.LogKey, o.cfg.Origin)
	if err != nil {
		return err
	}
	if err := o.db.InTx(ctx, func(q pg.Querier) error {
		return auditdb.RegisterKey(ctx, q, o.logKey)
	}); err != nil {
		return err
	}
	if created {
		o.log.Info("new log key", "file", o.cfg.LogKey, "public", o.logKey)
	}
	seals, created, err := scheduler.OpenSealBox(o.cfg.SealKey, o.cfg.SealDir)
	if err != nil {
		return err
	}
	if created {
		o.log.Info("new seal key", "file", o.cfg.SealKey)
	}
	o.scheduler = &scheduler.Service{DB: o.db, Seals: seals, Log: o.log}
	o.inspection = &inspection.Service{DB: o.db, Calendar: calendar.Default}
	return nil
}

// Close ends the connections and, if this process was its last user, the private cluster.
func (o *office) Close() error {
	if o.db != nil {
		o.db.Close()
	}
	if o.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return o.cluster.Stop(ctx)
}

// failures are the parts of an advance that could not be made. Each is a fault or an error of ours.
type failures []error

// Error gives all of them, one a line.
func (f failures) Error() string { return errors.Join(f...).Error() }

// Unwrap gives them to package errors.
func (f failures) Unwrap() []error { return f }

// add keeps err if there is one, with what it happened to.
func (f *failures) add(what string, err error) {
	if err == nil {
		return
	}
	if known, ok := fault.As(err); ok {
		err = fault.New(known.Kind, "%s：%s", what, known.Message).WithHint("%s", known.Hint).Wrap(err)
	} else {
		err = fmt.Errorf("%s: %w", what, err)
	}
	*f = append(*f, err)
}

// advance moves everything that is due: draws, tasks, notices, and at last the checkpoint that
// signs what was logged. Each part is a transaction of its own and finds by itself what an
// earlier call left undone, so a crash between any two costs nothing. An error of one part does
// not keep the others from moving.
func (o *office) advance(ctx context.Context, now time.Time) error {
	var failed failures
	summary, err := o.scheduler.Advance(ctx, now)
	failed.add("推进抽取", err)
	for _, f := range summary.Failures {
		if f.Plan != "" {
			failed.add("计划 "+f.Plan, f.Err)
		} else {
			failed.add("抽取 "+f.Draw, f.Err)
		}
	}
	_, err = o.inspection.Advance(ctx, now)
	failed.add("派发任务", err)
	o.issueNotices(ctx, now, &failed)
	failed.add("签署检查点", o.checkpoint(ctx, now))
	if failed == nil {
		return nil
	}
	return failed
}

// issueNotices makes the result announcement 检查结果公告 of every published draw without one.
func (o *office) issueNotices(ctx context.Context, now time.Time, failed *failures) {
	draws, err := inspection.MissingNotices(ctx, o.db.Querier())
	failed.add("出具公告", err)
	for _, draw := range draws {
		failed.add("抽取 "+draw+" 的公告", o.issueNotice(ctx, draw, now))
	}
}

// checkpoint signs the present head of the log; an unchanged head keeps its checkpoint.
func (o *office) checkpoint(ctx context.Context, now time.Time) error {
	return o.db.InTx(ctx, func(q pg.Querier) error {
		_, err := auditdb.Checkpoint(ctx, q, o.signer, now)
		return err
	})
}

func (o *office) reportOptions() reports.Options {
	return reports.Options{BaseURL: o.cfg.BaseURL, Fonts: o.cfg.fonts()}
}

// issueNotice renders and stores one announcement; the number is the year's next one. Missing
// glyphs stand as 〓 in the PDF and are reported.
func (o *office) issueNotice(ctx context.Context, draw string, now time.Time) error {
	_, err := o.inspection.IssueNotice(ctx, audit.System, draw, now,
		func(year, number int) ([]byte, error) {
			options := o.reportOptions()
			options.Year, options.Number = year, number
			doc, err := reports.Announcement(ctx, o.db.Querier(), draw, options)
			if err != nil {
				return nil, err
			}
			if len(doc.Missing) > 0 {
				o.log.Warn("glyphs missing in notice", "draw", draw, "runes", doc.MissingRunes())
			}
			return doc.PDF, nil
		})
	return err
}

// newLog gives the JSON log of the service.
func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fault.New(fault.Invalid, "YAOHAO_LOG_LEVEL=%q 不是日志级别", level).
			WithHint("可用：debug、info、warn、error")
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}
