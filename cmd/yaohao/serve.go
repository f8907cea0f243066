package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"time"

	"yaohao/calendar"
	"yaohao/internal/fault"
	"yaohao/web"
)

// shutdownTime is how long requests under way may take to end after SIGTERM.
const shutdownTime = 10 * time.Second

// serveCommand serves until SIGINT or SIGTERM. --clock lets the service's clock begin at another
// moment and run on from there: for rehearsals, and said in the log.
func serveCommand(set *flag.FlagSet) action {
	clock := clockFlag(set)
	return func(ctx context.Context, t *terminal, _ []string) (err error) {
		cfg, err := loadConfig(t.getenv)
		if err != nil {
			return err
		}
		log, err := newLog(t.err, cfg.LogLevel)
		if err != nil {
			return err
		}
		listener, err := listen(cfg)
		if err != nil {
			return err
		}
		defer listener.Close() //nolint:errcheck // closed by the server in most cases
		o, err := openOffice(ctx, cfg, true, log)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, o.Close()) }()
		if clock.set {
			log.Warn("rehearsal clock", "start", clock.now())
		}
		if err := o.scheduler.CheckSeals(ctx); err != nil {
			return err
		}
		t.printf("日志公钥 %s\n", o.logKey)
		return o.serve(ctx, t, listener, clock.now)
	}
}

// listen takes the address at once: that it is in use is known before anything else is done.
func listen(cfg *Config) (net.Listener, error) {
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fault.New(fault.Invalid, "不能监听 %s：%v", cfg.Listen, err).Wrap(err).
			WithHint("可能已有一个 yaohao 在运行；或用 YAOHAO_LISTEN 换一个地址，例如 127.0.0.1:8081")
	}
	return listener, nil
}

// serve answers requests and runs the timer until ctx ends; then it lets what is under way finish.
func (o *office) serve(ctx context.Context, t *terminal, listener net.Listener,
	tell func() time.Time) error {
	if err := o.cfg.fonts().Check(); err != nil { // now, not when somebody opens the first notice
		return err
	}
	site := &web.Server{
		DB: o.db, Scheduler: o.scheduler, Inspection: o.inspection, Calendar: calendar.Default,
		Reports: o.reportOptions(), BaseURL: o.cfg.BaseURL, LogKey: o.logKey,
		Version: versionText(), Now: tell, Advance: o.advance, Log: o.log,
	}
	handler, err := site.Handler()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.printf("服务地址 http://%s\n", listener.Addr())

	running, stopTimer := context.WithCancel(ctx)
	every := time.Duration(o.cfg.tick()) * time.Second
	timer := o.scheduler.RunTimer(running, every, tell, o.tick)
	defer func() { stopTimer(); <-timer }()

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		return server.Shutdown(grace)
	}
}
