// What becomes of the relay when messages between session and relay are lost, whichever node is deployed meanwhile.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargerFlow, code, Rig } from './support.ts';

describe('a relay whose wires are cut', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const display = ['display', 'shownRaw'];
  /** No wire from the session to the relay; `change` is deployed with that. */
  const cut = (change: Readonly<Record<string, object>> = {}) =>
    chargerFlow(rig.folder, { ...change, session: { ...change.session, wires: [[], display, ['records']] } });
  const session = (state: string) => rig.statuses.get('session')?.text?.includes(state) === true;

  async function charge(sequence = 1): Promise<void> {
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(sequence)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.until('the session knows', () => session('charging'));
  }
  async function unplugged(): Promise<void> {
    rig.plug(false);
    await rig.until('the session is closed', () => rig.at('records').some(({ topic }) => topic === 'session-closed'));
  }
  const opens = () => rig.until('the relay is off', () => rig.pin('relay') === '0');

  it('opens though the wire stays cut', async () => {
    await charge();
    await rig.deploy(cut(), 'nodes');
    await unplugged();
    await opens();
  });

  it('opens though its session speaks to another relay by now', async () => {
    await charge();
    const other = { id: 'other', type: 'control relay', station: 'station', through: 'direct', line: 'other-relay' };
    const wires = [['other'], display, ['records']];
    await rig.deploy([...chargerFlow(rig.folder, { session: { wires } }), { ...other, wires: [[], []] }], 'nodes');
    await unplugged();
    await opens();
  });

  for (const [how, change, others] of [
    ['renamed', { name: 'anew' }, []],
    ['moved to another tab', { z: 'other' }, [{ id: 'other', type: 'tab', label: 'other' }]],
  ] as const) {
    it(`opens though the wire stays cut, and the session was ${how}`, async () => {
      await charge();
      await rig.deploy(cut(), 'nodes');
      await rig.deploy([...cut({ session: change }), ...others], 'nodes');
      await opens();
    });
  }

  it('opens in each case that the help of control relay names', () => {
    const help = (language: string) =>
      readFileSync(`nodes/control-relay/locales/${language}/control-relay.html`, 'utf8').replaceAll(/\s+/g, ' ');
    for (const said of ['deleted', 'disabled', 'renamed', 'moved', 'restarted']) {
      assert.match(help('en-US'), new RegExp(`<b>run session</b> closed opens when that node is [^.]*\\b${said}\\b`));
    }
    for (const said of ['删除', '禁用', '重命名', '移动', '重新启动']) {
      assert.match(help('zh-CN'), new RegExp(`由<b>运行会话</b>接通的继电器，在该节点被[^；]*${said}[^；]*时断开`));
    }
  });

  it('stays closed while the wire is cut and the charge goes on', async () => {
    await charge();
    await rig.deploy(cut(), 'nodes');
    const told = rig.at('actual').length;
    await rig.until('three seconds have passed', () => rig.at('actual').length >= told + 3);
    assert.equal(rig.pin('relay'), '1');
  });

  it('opens when the wire is there again, whoever closed it', async () => {
    await rig.start(cut());
    await rig.until('the session is ready', () => session('idle'));
    // What no session asked for, the relay itself leaves as it is.
    rig.send('control', { payload: true });
    await rig.until('it was told three times', () => rig.at('actual').filter(on).length >= 3);
    assert.equal(rig.pin('relay'), '1');
    await rig.deploy(cut({ session: { name: 'anew' } }), 'nodes');
    assert.equal(rig.pin('relay'), '1');
    await rig.deploy(chargerFlow(rig.folder, { session: { name: 'anew' } }), 'nodes');
    await opens();
  });

  it('opens when the session is deleted while its wire is cut', async () => {
    await charge();
    await rig.deploy(cut(), 'nodes');
    await rig.deploy(
      cut().filter(({ id }) => id !== 'session'),
      'nodes',
    );
    await opens();
  });

  it('opens when the session that comes after cannot begin', async () => {
    await charge();
    await rig.deploy(cut(), 'nodes');
    await unplugged();
    const folder = join(rig.folder, 'broken');
    mkdirSync(folder);
    writeFileSync(join(folder, 'journal.sqlite'), 'no journal at all');
    const broken = { station: { journalFolder: folder }, control: { station: 'other' } };
    const other = { ...chargerFlow(rig.folder)[0]!, id: 'other', journalFolder: join(rig.folder, 'other') };
    await rig.deploy([...cut(broken), other], 'nodes');
    await rig.until('it is out of order', () => rig.statuses.get('session')?.fill === 'red');
    await rig.deploy([...chargerFlow(rig.folder, broken), other], 'nodes');
    await opens();
    rmSync(folder, { recursive: true });
  });

  it('is opened again when another closes it behind the session’s back', async () => {
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the session is ready', () => session('idle'));
    for (let time = 0; time < 3; time++) {
      rig.send('control', { payload: true });
      await rig.until('the relay is on', () => rig.at('actual').filter(on).length > time);
      await opens();
    }
  });

  it('is opened again when another closes it and the session cannot hear of it, with and without a feedback contact', async () => {
    for (const feedback of [undefined, 'sound', 'broken', 'lost'] as const) {
      const control = feedback === undefined ? {} : { feedbackLine: 'feedback' };
      await rig.start(chargerFlow(rig.folder, { control }));
      await rig.until('the session is ready', () => session('idle'));
      const deaf = chargerFlow(rig.folder, { control: { ...control, wires: [['actual'], ['session']] } });
      await rig.deploy(deaf, 'nodes');
      if (feedback === 'lost') {
        unlinkSync(join(rig.folder, 'pins/feedback'));
        mkdirSync(join(rig.folder, 'pins/feedback'));
        await rig.until('the line is lost', () => rig.statuses.get('control')?.fill === 'red');
      }
      rig.send('control', { payload: true });
      const refused = () => rig.errors('control').some((error) => /the relay stays off/.test(error));
      const closed = () => rig.pin('relay') === '1';
      await rig.until(`the relay is on (${feedback})`, () => (feedback === 'lost' ? refused() : closed()));
      if (feedback === 'sound') writeFileSync(join(rig.folder, 'pins/feedback'), '1');
      await rig.until(`the relay is off (${feedback})`, () => rig.pin('relay') === '0', 2_000);
      await rig.stop();
    }
  });

  it('is opened again although the session never heard that it closed', async () => {
    await rig.start(chargerFlow(rig.folder, { control: { wires: [['actual'], ['session']] } }));
    rig.send('control', { payload: true });
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.deploy(chargerFlow(rig.folder), 'nodes');
    await opens();
  });

  it('is told to open again and again by a session that cannot begin', async () => {
    const folder = join(rig.folder, 'broken');
    mkdirSync(folder);
    writeFileSync(join(folder, 'journal.sqlite'), 'no journal at all');
    const change = { station: { journalFolder: folder }, session: { wires: [['out'], display, ['records']] } };
    await rig.start(chargerFlow(rig.folder, { ...change, out: OUT }));
    await rig.until('it is told again', () => rig.at('out').length > 3);
    assert.ok(rig.at('out').every(({ topic, payload }) => topic === 'relay' && payload === false));
  });

  it('is told to open until it says that it is open', async () => {
    const wires = {
      session: { wires: [['out'], display, ['records']] },
      control: { wires: [['actual'], ['session']] },
    };
    await rig.start(chargerFlow(rig.folder, { ...wires, out: OUT }));
    await rig.until('it is told again', () => rig.at('out').length > 3);
    assert.ok(rig.at('out').every(({ topic, payload }) => topic === 'relay' && payload === false));
  });

  it('that stays on is told again and again, so that a session that missed it hears of it', async () => {
    await rig.start(chargerFlow(rig.folder, { session: { wires: [[], display, ['records']] } }));
    rig.send('control', { payload: true });
    await rig.until('it was told three times', () => rig.at('actual').filter(on).length >= 3);
  });
});

describe('a vehicle whose wire is cut while it charges', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  it('is not known after 5 s: the relay opens, and the charge goes on once the wire is whole', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.deploy(chargerFlow(rig.folder, { detect: { wires: [['vehicle']] } }), 'nodes');
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.until(
      'it says why',
      () => (rig.last('shownRaw')!.payload as { screen: string }).screen === 'interrupted',
    );
    await rig.deploy(chargerFlow(rig.folder), 'nodes');
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    assert.equal(rig.at('records').filter(({ topic }) => topic === 'session-opened').length, 1);
    assert.ok(!rig.at('records').some(({ topic }) => topic === 'session-closed'));
  });

  it('and which is unplugged meanwhile, gets its receipt once the wire is whole', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.deploy(chargerFlow(rig.folder, { detect: { wires: [['vehicle']] } }), 'nodes');
    rig.plug(false);
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.deploy(chargerFlow(rig.folder), 'nodes');
    await rig.until('the session is closed', () => rig.at('records').some(({ topic }) => topic === 'session-closed'));
    assert.equal(rig.pin('relay'), '0');
  });
});

const OUT = { id: 'out', type: 'helper' };
const on = ({ payload }: { payload?: unknown }) => (payload as { on: boolean }).on;
