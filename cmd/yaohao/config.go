package main

import (
	"context"
	"flag"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"yaohao/internal/drand"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/reports"
)

// Config is everything that can be set, each field by one environment variable. The help texts of
// settings are the manual: `yaohao config` prints them with the values in force.
type Config struct {
	DatabaseURL             string
	State, LogKey, SealKey  string
	SealDir                 string
	Listen, BaseURL, Origin string
	Tick, LogLevel          string
	Beacons                 string
	Song, FangSong, Title   string
	Hei, Kai                string
}

// setting is one environment variable.
type setting struct {
	env, preset string
	value       *string
	help        string
	secret      bool
}

func (c *Config) settings() []setting {
	return []setting{
		{env: "DATABASE_URL", value: &c.DatabaseURL, secret: true,
			help: "PostgreSQL 连接串；留空则在状态目录里自带一个私有数据库"},
		{env: "YAOHAO_STATE", value: &c.State, help: "状态目录：密钥、私有数据库；" +
			"留空时 root 用 /var/lib/yaohao，其他用户用 ~/.local/state/yaohao"},
		{env: "YAOHAO_LISTEN", value: &c.Listen, preset: "127.0.0.1:8080",
			help: "网页服务监听的地址"},
		{env: "YAOHAO_BASE_URL", value: &c.BaseURL,
			help: "公众看到的网址前缀，印在公告的二维码里；留空用 http:// 加监听地址，只适合本机试用"},
		{env: "YAOHAO_ORIGIN", value: &c.Origin, preset: "yaohao.local/log",
			help: "日志的名称，写在每个签名检查点的第一行；启用后不要更改"},
		{env: "YAOHAO_LOG_KEY", value: &c.LogKey,
			help: "日志签名私钥文件；留空用 状态目录/log.key，没有则新建"},
		{env: "YAOHAO_SEAL_KEY", value: &c.SealKey,
			help: "封存值的加密密钥文件；留空用 状态目录/seal.key，没有则新建"},
		{env: "YAOHAO_SEAL_DIR", value: &c.SealDir,
			help: "若设置，封存值另写一份到该目录，供移交纪检等第三方保管"},
		{env: "YAOHAO_TICK", value: &c.Tick, preset: "60", help: "定时器间隔，秒，1 至 86400"},
		{env: "YAOHAO_BEACON_URLS", value: &c.Beacons,
			help: "取公共信标 drand quicknet 的网址前缀，逗号分隔，依次尝试，如 https://api.drand.sh；" +
				"留空则从不联网，由两人录入"},
		{env: "YAOHAO_LOG_LEVEL", value: &c.LogLevel, preset: "info",
			help: "运行日志级别：debug、info、warn、error"},
		{env: "YAOHAO_FONT_SONG", value: &c.Song,
			help: "宋体字体文件（TrueType）；留空用自带的思源宋体"},
		{env: "YAOHAO_FONT_FANGSONG", value: &c.FangSong,
			help: "仿宋字体文件；留空以宋体代替"},
		{env: "YAOHAO_FONT_TITLE", value: &c.Title,
			help: "小标宋字体文件；留空用自带的思源宋体粗体"},
		{env: "YAOHAO_FONT_HEI", value: &c.Hei, help: "黑体字体文件；留空用自带的思源黑体"},
		{env: "YAOHAO_FONT_KAI", value: &c.Kai, help: "楷体字体文件；留空用自带的霞鹜文楷"},
	}
}

// loadConfig reads the environment. An unusable value is a fault that names its variable.
func loadConfig(getenv func(string) string) (*Config, error) {
	c := &Config{}
	for _, s := range c.settings() {
		if *s.value = getenv(s.env); *s.value == "" {
			*s.value = s.preset
		}
	}
	if n := c.tick(); n < 1 || n > 86400 {
		return nil, fault.New(fault.Invalid, "YAOHAO_TICK=%q 不是 1 至 86400 的整数", c.Tick).
			WithHint("这是定时器间隔的秒数，通常为 60")
	}
	if err := c.addresses(); err != nil {
		return nil, err
	}
	for _, base := range c.beacons() {
		if err := drand.CheckBase(base); err != nil {
			return nil, fault.New(fault.Invalid, "YAOHAO_BEACON_URLS 中的 %q 不是网址", base).Wrap(err).
				WithHint("例如 https://api.drand.sh,https://drand.cloudflare.com；留空则从不联网")
		}
	}
	return c, c.folders()
}

// tick gives the timer's interval in seconds, 0 if it is no number.
func (c *Config) tick() int {
	n, err := strconv.Atoi(c.Tick)
	if err != nil {
		return 0
	}
	return n
}

// beacons gives the servers that rounds of the beacon are fetched from; none means never.
func (c *Config) beacons() []string {
	if c.Beacons == "" {
		return nil
	}
	bases := strings.Split(c.Beacons, ",")
	for i := range bases {
		bases[i] = strings.TrimSpace(bases[i])
	}
	return bases
}

// addresses checks where we listen, and where the public finds us.
func (c *Config) addresses() error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fault.New(fault.Invalid, "YAOHAO_LISTEN=%q 不是 主机:端口", c.Listen).Wrap(err).
			WithHint("例如 127.0.0.1:8080；对外服务时前面放一个 TLS 代理")
	}
	if c.BaseURL == "" {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		c.BaseURL = "http://" + net.JoinHostPort(host, port)
	}
	if !strings.HasPrefix(c.BaseURL, "http://") && !strings.HasPrefix(c.BaseURL, "https://") {
		return fault.New(fault.Invalid, "YAOHAO_BASE_URL=%q 不是网址", c.BaseURL).
			WithHint("例如 https://ssj.example.gov.cn")
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return nil
}

// folders fills in where files lie.
func (c *Config) folders() error {
	if c.State == "" {
		dir, err := pg.DefaultDir()
		if err != nil {
			return err
		}
		c.State = filepath.Dir(dir)
	}
	if c.LogKey == "" {
		c.LogKey = filepath.Join(c.State, "log.key")
	}
	if c.SealKey == "" {
		c.SealKey = filepath.Join(c.State, "seal.key")
	}
	return nil
}

// fonts gives the office's own fonts.
func (c *Config) fonts() reports.FontFiles {
	return reports.FontFiles{Song: c.Song, Title: c.Title, Hei: c.Hei, Kai: c.Kai,
		FangSong: c.FangSong}
}

// configCommand prints every variable with its value and meaning; secrets are masked.
func configCommand(*flag.FlagSet) action {
	return func(_ context.Context, t *terminal, _ []string) error {
		c, err := loadConfig(t.getenv)
		if err != nil {
			return err
		}
		for _, s := range c.settings() {
			value := *s.value
			if s.secret && value != "" {
				value = "******"
			}
			t.printf("# %s\n%s=%s\n\n", s.help, s.env, value)
		}
		return nil
	}
}
