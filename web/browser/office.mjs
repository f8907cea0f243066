// An office for the tests: the real program on a database of its own, and people in browsers.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
export const program = process.env.YAOHAO_BIN ?? join(here, '../../bin/yaohao');
const shots = join(here, 'screenshots');

// Widths of the two screens that every page must fit.
export const wide = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

// startOffice runs November of the sample county, lets December fall due and serves the evening
// on which its public event is known. stop ends the program by its own process.
export async function startOffice() {
  const dir = mkdtempSync(join(tmpdir(), 'yaohao-browser-'));
  chmodSync(dir, 0o755); // PostgreSQL's own user has to get through
  const env = { ...process.env, DATABASE_URL: '', YAOHAO_STATE: dir, YAOHAO_LISTEN: '127.0.0.1:0' };
  await run(['demo', '--once'], env);
  env.YAOHAO_STATE = join(dir, 'demo');
  await run(['advance', '--clock', '2026-12-02T09:00:10+08:00'], env);
  const server = spawn(program, ['serve', '--clock', '2026-12-02T21:01:00+08:00'], { env });
  const base = await address(server);
  return {
    base,
    async stop() {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function run(args, env) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env });
    let text = '';
    child.stdout.on('data', (data) => { text += data; });
    child.stderr.on('data', (data) => { text += data; });
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done(text)
      : fail(new Error(`yaohao ${args.join(' ')}: exit ${code}\n${text}`))));
  });
}

function address(server) {
  return new Promise((done, fail) => {
    let text = '';
    server.stderr.resume(); // a full pipe would stop the server
    server.stdout.on('data', (data) => {
      text += data;
      const found = text.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) done(found[0]);
    });
    server.on('error', fail);
    server.on('exit', (code) => fail(new Error(`yaohao serve: exit ${code}\n${text}`)));
  });
}

export function launch() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  return chromium.launch({
    executablePath: places.find((path) => path && existsSync(path)),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

// person opens a browser window of their own and signs in; without a login it is the public.
// What the page's console calls an error is kept in page.errors: a refused style or script is one.
export async function person(browser, base, login, screen = wide) {
  const context = await browser.newContext({
    baseURL: base, viewport: screen, isMobile: screen === phone, hasTouch: screen === phone,
  });
  const page = await context.newPage();
  page.errors = [];
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) {
      page.errors.push(m.text());
    }
  });
  page.on('pageerror', (error) => page.errors.push(String(error)));
  if (login) {
    await page.goto('/login');
    await page.fill('[name=login]', login);
    await page.fill('[name=password]', 'yaohao-demo');
    await page.click('main button');
    await page.waitForURL((url) => url.pathname !== '/login');
  }
  return page;
}

export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

// flaws gives what a person would complain about on the page as it is shown.
export function flaws(page) {
  return page.evaluate(() => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      const wide = [...document.querySelectorAll('main *')]
        .find((e) => e.getBoundingClientRect().right > width + 1);
      found.push(`wider than the screen: ${wide?.tagName}.${wide?.className}`);
    }
    const light = (color) => {
      const part = color.match(/[\d.]+/g).map(Number);
      if (part.length > 3 && part[3] === 0) return null; // transparent
      const [r, g, b] = part.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92
        : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (e) => {
      for (let at = e; at; at = at.parentElement) {
        const value = light(getComputedStyle(at).backgroundColor);
        if (value !== null) return value;
      }
      return 1;
    };
    for (const e of document.querySelectorAll('body *')) {
      const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || !e.getClientRects().length || e.closest('.skip')) continue;
      const [a, b] = [light(getComputedStyle(e).color), ground(e)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) { // WCAG 2.2, 1.4.3
        found.push(`contrast ${ratio.toFixed(2)} of "${e.textContent.trim().slice(0, 20)}"`);
      }
    }
    for (const e of document.querySelectorAll('main button, main .btn, main input, main select')) {
      const box = e.getBoundingClientRect();
      if (box.height && e.type !== 'checkbox' && e.type !== 'hidden' && box.height < 40) {
        found.push(`too small to touch: ${e.name || e.textContent}`);
      }
      if (box.height && e.matches('input, select') && !e.labels.length && !e.ariaLabel) {
        found.push(`without a label: ${e.name}`);
      }
    }
    return found;
  });
}
