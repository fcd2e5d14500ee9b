// In the chroot: types a code at the station, with a vehicle plugged in, and says whether all went as it should.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as settled } from 'node:timers/promises';

const [wanted, code] = process.argv.slice(2);
const station = 'http://127.0.0.1:1881';
const pins = '/var/lib/offline-charging/pins';
const relay = () => readFileSync(`${pins}/relay`, 'utf8').trim();

async function until(what, condition) {
  // A code lives two hours; a slow machine, or an emulated one, is no failure.
  const end = Date.now() + 1_800_000;
  while (!(await Promise.resolve(condition()).catch(() => false))) {
    if (Date.now() > end) throw new Error(`not within half an hour: ${what}`);
    await settled(200);
  }
}
const state = async () => (await fetch(`${station}/bench/state`)).json();
const plug = (value) => writeFileSync(`${pins}/vehicle`, value);

await until('the station answers', async () => Array.isArray((await state()).display));
// What the screen asks for before its browser is started.
assert.equal((await fetch(`${station}/dashboard/`)).status, 200);
plug('1');
await until('it sees the vehicle', async () => (await state()).vehicle);
const keys = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ keys: `${code}#` }),
};
await fetch(`${station}/bench/keys`, keys);
await until(`the outcome is ${wanted}`, async () => (await state()).outcome === wanted);
if (wanted === 'accepted') {
  await until('the relay is on', () => relay() === '1');
  plug('0');
  await until('the relay is off', () => relay() === '0');
} else {
  assert.equal(relay(), '0');
  plug('0');
}
await until('it is ready for the next', async () => !(await state()).relay);
