import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargerFlow, code, KEY, Rig } from './support.ts';

/** What Node-RED puts the variable's value in for. */
const variable = (name: string) => `\${${name}}`;

const USERS = ['verify', 'detect', 'session', 'control', 'keypad', 'display'];

describe('a station that is not whole', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  /** Every node that needs what is missing says why in red, the code that a customer types is refused as an error, and the relay stays off. */
  async function sellsNothing(why: RegExp, users: readonly string[] = USERS): Promise<void> {
    await rig.until('the nodes are red', () => users.every((id) => rig.statuses.get(id)?.fill === 'red'));
    const said = rig.errors().join();
    for (const id of users) assert.match(`${rig.statuses.get(id)?.text} ${said}`, why, id);
    rig.plug(true);
    const { times, error } = await rig.ends('verify', { payload: code(1) });
    assert.equal(times, 1);
    assert.ok(error?.code);
    assert.notEqual(rig.pin('relay'), '1');
  }

  it('without a key says so, and asks for one', async () => {
    delete process.env.STATION_KEY;
    await rig.start(chargerFlow(rig.folder), null);
    await sellsNothing(/no-key|no key/);
  });

  it('with half a key says so, and never tells the key', async () => {
    const half = Buffer.from(KEY).toString('hex').slice(0, 32);
    await rig.start(chargerFlow(rig.folder), half);
    await sellsNothing(/32 hexadecimal digits, not 64/);
    assert.ok(![...rig.statuses.values()].some(({ text }) => text?.includes(half)));
  });

  it('whose id comes from a variable that is not set says that it has none', async () => {
    await rig.start(chargerFlow(rig.folder, { station: { station: variable('NO_SUCH_VARIABLE') } }));
    await sellsNothing(/no-id|no id/);
  });

  it('takes its settings from the environment', async () => {
    process.env.A_STATION = 'CP-0001';
    process.env.A_STEP = '30';
    try {
      const station = { station: variable('A_STATION'), step: variable('A_STEP'), unit: variable('NO_SUCH_VARIABLE') };
      await rig.start(chargerFlow(rig.folder, { station }));
      rig.plug(true);
      rig.type(`${code(1)}#`);
      await rig.until('the relay is on', () => rig.pin('relay') === '1');
    } finally {
      delete process.env.A_STATION;
      delete process.env.A_STEP;
    }
  });

  it('whose journal is damaged leaves it as it is', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.stop();
    const journal = join(rig.folder, 'journal');
    for (const file of readdirSync(journal)) writeFileSync(join(journal, file), 'this is no journal');
    await rig.start(chargerFlow(rig.folder));
    await sellsNothing(/journal/i);
    for (const file of readdirSync(journal).filter((name) => /sqlite$/.test(name))) {
      assert.equal(readFileSync(join(journal, file), 'utf8'), 'this is no journal');
    }
  });

  it('whose journal folder is a file says that it cannot be written', async () => {
    writeFileSync(join(rig.folder, 'journal'), '');
    await rig.start(chargerFlow(rig.folder));
    await sellsNothing(/journal/i, ['verify', 'session']);
  });

  it('on a machine without GPIO says so and never simulates', async () => {
    if (existsSync('/dev/gpiochip0') || existsSync('/sys/class/gpio')) return;
    await rig.start(chargerFlow(rig.folder, { station: { driver: 'auto' } }));
    await sellsNothing(/./);
    assert.ok(!existsSync(join(rig.folder, 'pins')) || !existsSync(join(rig.folder, 'pins/relay')));
  });

  it('with simulated pins and no folder for them says so', async () => {
    await rig.start(chargerFlow(rig.folder, { station: { gpioFolder: '' } }));
    await sellsNothing(/folder/);
  });

  it('shows its customers that it is out of order', async () => {
    writeFileSync(join(rig.folder, 'journal'), '');
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the display says so', () => rig.at('shownRaw').length > 0);
    const { words } = rig.last('shownRaw')!.payload as { words: Record<string, string[]> };
    assert.match(words.en!.join(' '), /Out of order/);
  });

  it('that nobody chose says so on the node', async () => {
    await rig.start([{ id: 'verify', type: 'verify code', wires: [[], []] }]);
    await rig.until('it is red', () => rig.statuses.get('verify')?.fill === 'red');
    assert.equal((await rig.ends('verify', { payload: code(1) })).error?.code, 'no-station');
  });
});
