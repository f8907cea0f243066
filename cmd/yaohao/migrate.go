package main

import (
	"context"
	"errors"
	"flag"

	"yaohao/internal/pg"
)

// migrateCommand brings the database to this program's schema. Running it twice changes nothing.
func migrateCommand(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, _ []string) error {
		cfg, err := loadConfig(t.getenv)
		if err != nil {
			return err
		}
		log, err := newLog(t.err, cfg.LogLevel)
		if err != nil {
			return err
		}
		url, cluster, err := database(ctx, cfg, true, log)
		if err != nil {
			return err
		}
		err = pg.Migrate(ctx, url)
		if cluster != nil {
			err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
		}
		if err != nil {
			return err
		}
		t.printf("数据库已是本程序的版本\n")
		return nil
	}
}
