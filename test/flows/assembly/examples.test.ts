// Each example in a Node-RED of its own with nothing but this pack: as it is imported it starts, no node is red, and its
// buttons do what it is there to show.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/applications.ts';
import { Deployed, type DeployedNode } from '../../support/deployed.ts';

const root = new URL('../../../', import.meta.url).pathname;
const files = readdirSync(join(root, 'examples')).toSorted();
const nodesOf = (name: string): DeployedNode[] =>
  JSON.parse(readFileSync(join(root, 'examples', `${name}.json`), 'utf8'));
const names = files.map((file) => file.replace(/\.json$/, ''));

const CONFIGS = ['charging station', 'code issuer', 'global-config', 'tab'];
const OURS =
  /^(admit request|issue code|settle receipt|manage ledger|take |read |verify |detect |run |control |show |simulate )/;

const OWN = /^(Site to try out|Station that is paid|Ledger that is paid first)$/;

/** What a person does with the example, and what must come of it. */
const POINT: Readonly<Record<string, (flow: Deployed) => Promise<void>>> = {
  '1 Start here': async (flow) => {
    await flow.click('pay for 60 min');
    await flow.until('the relay is closed', () => flow.pin('relay') === '1');
    assert.match(await flow.hears('the code', /^\d{10}$/), /^\d/);
    await flow.click('the same code again');
    await flow.hears('refused', /^used$/);
    await flow.click('switch off');
    await flow.until('the relay is open', () => flow.pin('relay') === '0');
  },
  '2 Issue a code and verify it': async (flow) => {
    await flow.click('pay for 60 min');
    assert.match(await flow.hears('voucher', /CP-TRY/), /"amount":60/);
    await flow.click('one digit wrong');
    await flow.hears('why not', /^(mistyped|invalid)$/);
  },
  '3 A code closes a relay': async (flow) => {
    await flow.click('pay for 60 min');
    await flow.until('the relay is closed', () => flow.pin('relay3') === '1');
    await flow.click('the same code again');
    await flow.hears('refused', /^used$/);
    await flow.click('switch off');
    await flow.until('the relay is open', () => flow.pin('relay3') === '0');
  },
  '4 A whole charger': async (flow) => {
    await flow.click('pay for 60 min');
    await flow.hears('what the customer reads', /Code is good/);
    assert.notEqual(flow.pin('relay4'), '1', 'nothing is plugged in yet');
    await flow.click('plug in');
    await flow.until('the relay is closed', () => flow.pin('relay4') === '1');
    await flow.click('unplug');
    await flow.until('the relay is open', () => flow.pin('relay4') === '0');
    assert.match(await flow.hears('refund', /"bought":60/), /"unit":"min"/);
    const from = flow.said.length;
    await flow.click('emergency stop');
    await flow.hears('what the customer reads', /./, from);
    await flow.hears('records', /fault/, from);
    await flow.click('released');
  },
  '5 Keypad, scanner and meter': async (flow) => {
    await flow.click('4');
    await flow.hears('typed so far', /^4$/);
    await flow.click('* (clears)');
    await flow.hears('typed so far', /^$/);
    await flow.click('1 2 3 #');
    await flow.hears('entry', /^123$/);
    await flow.click('a scanned code');
    await flow.hears('entry', /^0516310936$/);
    await flow.click('relay on');
    await flow.hears('Wh, and W now', /"powerW":3680/);
    const from = flow.said.length;
    await flow.click('relay off');
    await flow.hears('Wh, and W now', /"powerW":0/, from);
  },
  '6 One call over HTTP': async (flow) => {
    await flow.click('an app asks for 60 min');
    assert.match(await flow.hears('the answer', /"code":"\d{10}"/), /"station":"CP-TRY"/);
  },
  '7 Several outlets': async (flow) => {
    await flow.click('60 min at outlet 2');
    await flow.until('its relay is closed', () => flow.pin('site-2', 'site') === '1');
    assert.deepEqual([flow.pin('site', 'site'), flow.pin('site-3', 'site')], ['0', '0']);
    await flow.click('60 min at outlet 3');
    await flow.until('its relay is closed', () => flow.pin('site-3', 'site') === '1');
    await flow.click('switch outlet 2 off');
    await flow.until('that one is open', () => flow.pin('site-2', 'site') === '0');
    assert.equal(flow.pin('site-3', 'site'), '1');
  },
  '8 Payment': async (flow) => {
    await flow.click('a customer scans');
    await flow.hears('page to pay', /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
    assert.equal(flow.said.filter(({ name }) => name === 'the code').length, 0, 'no code before the money');
    await flow.click('the customer pays');
    await flow.hears('the code', /^\d{10}$/);
    await flow.hears('what happened', /^paid$/);
    await flow.click('types the code at the station');
    await flow.hears('what the customer reads', /Code is good/);
    await flow.click('plugs in');
    await flow.until('the relay is closed', () => flow.pin('relay8', 'pay') === '1');
    await flow.click('unplugs: 60 min were paid');
    await flow.until('the relay is open', () => flow.pin('relay8', 'pay') === '0');
    assert.match(await flow.hears('settled', /"bought":60/), /"refund"|"minorUnits"/);
    await flow.hears('what happened', /^refunded$/);
    await flow.click('refunds paid');
    assert.match(await flow.hears('refunds', /"provider":"simulated"/), /"state":"paid"/);
  },
  '9 Alarms': async (flow) => {
    await flow.click('pay for 60 min');
    await flow.click('plug in');
    await flow.until('the relay is closed', () => flow.pin('relay9') === '1');
    await flow.click('emergency stop');
    await flow.until('the relay is open', () => flow.pin('relay9') === '0');
    await flow.hears('alarm at the station', /^emergency-stop$/);
    assert.match(await flow.hears('what it told', /"sessions":1/), /"missing":0/);
    await flow.hears('alarm in the cloud', /^fault-standing$/);
    await flow.click('released');
  },
  'cloud flow': async (flow) => {
    const { status } = await fetch(`${flow.editor.url}/healthz`);
    assert.equal(status, 200);
  },
  'charger flow': async (flow) => {
    const bench = await fetch(`${flow.editor.url}/bench/state`);
    const state = (await bench.json()) as { state?: string; relay?: boolean };
    assert.equal(state.state, 'idle', JSON.stringify(state));
    assert.equal(state.relay, false);
  },
};

describe('the examples', function () {
  this.timeout(60_000);

  it('begin with the one to start with, and each is run below', () => {
    assert.equal(names[0], '1 Start here');
    assert.deepEqual(names, Object.keys(POINT).toSorted());
  });

  it('are numbered from 1 on without a gap, as the editor lists them, and each names the one to go on with', () => {
    const numbered = names.filter((name) => /^\d/.test(name));
    // Node-RED lists them as texts: a tenth would stand second.
    assert.ok(numbered.length <= 9, 'merge two');
    assert.deepEqual(
      numbered.map((name) => Number.parseInt(name, 10)),
      numbered.map((_, index) => index + 1),
    );
    for (const [index, name] of numbered.entries()) {
      const tab = nodesOf(name).find(({ type }) => type === 'tab')!;
      assert.equal(tab.label, name);
      const next = numbered[index + 1] ?? 'charger flow';
      assert.match(
        String(tab.info),
        new RegExp(`\n\nNext: .*“${next}”.*\\.\n\n[^]*\n\n下一个：.*“${next}”.*。$`),
        name,
      );
    }
  });

  it('share one station and one ledger, and no two drive one pin', () => {
    const examples = names.filter((name) => /^\d/.test(name)).map((name) => nodesOf(name));
    for (const type of ['charging station', 'code issuer']) {
      // The site is a station of its own, and so is what is paid first, with a ledger that has it paid.
      const found = examples.flat().filter((node) => node.type === type && !OWN.test(node.name!));
      assert.ok(found.length > 1);
      for (const node of found) assert.deepEqual(node, found[0]);
    }
    const relays = examples.flat().filter(({ type }) => type === 'control relay');
    assert.equal(new Set(relays.map(({ line }) => line)).size, relays.length);
    const ids = examples.flat().filter(({ type }) => !CONFIGS.includes(type));
    assert.equal(new Set(ids.map(({ id }) => id)).size, ids.length, 'an id stands for one node');
  });

  for (const name of names) {
    it(`“${name}” says what its nodes are from, holds no key, and says what to learn`, () => {
      const nodes = nodesOf(name);
      const { name: pack, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const known = nodes.filter(({ type }) => type === 'global-config');
      assert.deepEqual(
        known.map(({ modules }) => modules),
        [{ [pack]: version }],
      );
      assert.equal(nodes.filter((node) => 'credentials' in node).length, 0);
      assert.doesNotMatch(JSON.stringify(nodes), /[0-9a-f]{64}/i);
      const tab = nodes.find(({ type }) => type === 'tab');
      assert.ok(String(tab?.info).length > 20);
      // Node-RED translates no examples: what a Chinese integrator reads stands after the English, the comment's own words first.
      const comments = nodes.filter(({ type }) => type === 'comment');
      for (const { name: words, info } of [...comments, tab!])
        assert.match(String(info), /(^|\n\n)[^\n]*[一-龥]{2}[^\n]*。/, words);
      const lessons = comments.filter((node) => /^Learn: /.test(node.name!));
      if (/^\d/.test(name)) assert.ok(lessons.length > 0);
      for (const lesson of lessons) assert.match(String(lesson.info), /(^|\n\n)学习要点：/, lesson.name);
    });

    it(`“${name}” starts in a fresh Node-RED without a red node, and does its work`, async () => {
      const port = await freePort();
      const nodes = nodesOf(name).map((node) =>
        node.type === 'http request' ? { ...node, url: String(node.url).replace(':1880', `:${port}`) } : node,
      );
      const disabled = new Set(nodes.filter((node) => node.type === 'tab' && node.disabled).map(({ id }) => id));
      const ours = nodes.filter(({ type, z }) => OURS.test(type) && !disabled.has(z ?? ''));
      const flow = await Deployed.start(nodes, port);
      try {
        assert.match(flow.editor.output, /Started flows/);
        const well = () => ours.every(({ id }) => ['green', 'blue'].includes(flow.statuses.get(id)?.fill ?? ''));
        await flow.until('all nodes are well', well);
        await POINT[name]!(flow);
        assert.deepEqual(flow.red(), []);
        assert.doesNotMatch(flow.editor.output, /\[error\]/);
      } finally {
        await flow.end();
      }
    });
  }
});
