// `npm run dev`: what `npm start` runs, built anew and started again whenever a source changes. What does not build is
// said, and tried again at the next change. The customer's page loads itself again; editor and dashboards do so anyway.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const ROOMS = ['nodes', 'api', 'charging', 'hardware', 'flows'];
/** An editor that saves several files is waited for. */
const QUIET_MS = 200;

/** A page knows of which build it is, also one that its worker kept; this program is never kept, and tells the newest. */
const reload = (built: string) => `// ${built}
const { built } = document.currentScript.dataset;
const look = async () => {
  const answer = await fetch('../charge-assets/reload.js', { cache: 'no-store' }).catch(() => undefined);
  if (answer?.ok && !(await answer.text()).startsWith('// ' + built)) {
    const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
    await Promise.all(workers.map((worker) => worker.unregister()));
    location.reload();
  } else setTimeout(look, 500);
};
look();
`;

let running: ChildProcess | undefined;
let timer: NodeJS.Timeout | undefined;
let working = false;
let again = false;

function build(): boolean {
  if (spawnSync(process.execPath, ['build.ts'], { cwd: root, stdio: 'inherit' }).status !== 0) return false;
  const page = join(root, 'dist/flows/cloud/charge-page');
  const built = new Date().toISOString();
  writeFileSync(join(page, 'reload.js'), reload(built));
  appendFileSync(join(page, 'index.html'), `<script src="../charge-assets/reload.js" data-built="${built}"></script>`);
  return true;
}

function start(): void {
  const args = ['dist/flows/launcher/start.js', ...process.argv.slice(2)];
  running = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

async function stop(): Promise<void> {
  const child = running;
  running = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Stopped first, since it runs from what is built. */
async function rebuildAndRestart(): Promise<void> {
  if (working) {
    again = true;
    return;
  }
  working = true;
  do {
    again = false;
    await stop();
    if (build()) start();
    else console.error('[dev] That did not build. Waiting for the next change.');
  } while (again);
  working = false;
}

for (const room of ROOMS) {
  watch(join(root, room), { recursive: true }, (_event, file) => {
    // What editors leave beside a file that they save.
    if (!file || /(^|[\\/])[.#]|~$|\.sw.$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      console.log(`[dev] ${join(room, file)} changed`);
      void rebuildAndRestart();
    }, QUIET_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    clearTimeout(timer);
    void stop().then(() => process.exit(0));
  });
}
await rebuildAndRestart();
