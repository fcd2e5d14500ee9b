import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const script = new URL('../../../hardware/raspberry-pi/panel.sh', import.meta.url).pathname;

describe('the panel on the screen', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'panel-'));
    writeFileSync(join(folder, 'compositor'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    chmodSync(join(folder, 'compositor'), 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** As the service runs it, but for the program that has the screen, which prints what it was given. */
  const shown = async (port: number, env: Record<string, string> = {}): Promise<string[]> => {
    const child = spawn('bash', [script], {
      env: {
        PATH: process.env.PATH,
        CHARGER_PORT: String(port),
        RUNTIME_DIRECTORY: folder,
        PANEL_COMPOSITOR: join(folder, 'compositor'),
        ...env,
      },
    });
    return (await text(child.stdout)).trim().split('\n');
  };

  it('waits until the charger shows its panel: not for a port that is open, nor for a page that is not there yet', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.statusCode = asked.length < 3 ? 404 : 200;
      response.end('panel');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const options = await shown(port);
      assert.deepEqual(asked, Array(3).fill(`GET /dashboard/ 127.0.0.1:${port}`));
      assert.deepEqual(options.slice(0, 3), ['-d', '--', 'chromium']);
      assert.ok(options.includes(`--app=http://127.0.0.1:${port}/dashboard/`), options.join(' '));
      assert.ok(options.includes('--kiosk') && options.includes(`--user-data-dir=${folder}/chromium`));
      assert.ok(options.some((option) => /^--disable-features=.*\bTranslate\b/.test(option)));
      assert.ok(options.includes('--hide-crash-restore-bubble') && options.includes('--noerrdialogs'));
    } finally {
      server.close();
    }
  });

  it('asks this machine where the charger listens everywhere, and in the language that was chosen', async () => {
    const server = createServer((_request, response) => response.end('panel'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const options = await shown(port, { HOST: '0.0.0.0', PANEL_LANGUAGE: 'zh-CN' });
      assert.ok(options.includes(`--app=http://127.0.0.1:${port}/dashboard/`));
      assert.ok(options.includes('--lang=zh-CN'));
    } finally {
      server.close();
    }
  });
});
