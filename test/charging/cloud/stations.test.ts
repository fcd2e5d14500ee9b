import assert from 'node:assert/strict';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

for (const kind of BOTH) {
  describe(`stations on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    it('are made with what is usual, unless told otherwise', async () => {
      const made = granted(await at.ledger.createStation({ id: 'CP-0001' }, 'operator one'));
      assert.deepEqual(made, {
        id: 'CP-0001',
        name: '',
        site: '',
        unit: 'min',
        step: 30,
        layout: 'compact',
        sequence: 'clock',
        slotSeconds: 300,
        keyVersion: 1,
        outlets: 1,
        mostAmount: 930,
        createdAt: '2026-11-22T12:00:00.000Z',
        updatedAt: '2026-11-22T12:00:00.000Z',
        retiredAt: null,
        revision: 1,
      });
      assert.deepEqual(await at.ledger.station('CP-0001'), made);
      assert.equal(refusal(await at.ledger.createStation({ id: 'CP-0001' })), '409 station-exists');
      const [entry] = (await at.ledger.listAudit()).items;
      assert.deepEqual(
        { ...entry },
        { at: '2026-11-22T12:00:00.000Z', action: 'station-created', client: 'operator one', station: 'CP-0001' },
      );
    });

    it('may have any printable id, and no other', async () => {
      for (const id of ['eu:nl:315679', '深圳-A61', 'a', 'Å_1.2', 'x'.repeat(64)]) {
        granted(await at.ledger.createStation({ id }));
        assert.equal(granted(await at.ledger.station(id)).id, id);
      }
      for (const id of [
        '',
        ' ',
        'a b',
        'a/b',
        "a'b",
        'a"b',
        '-a',
        'a-',
        '..',
        'a\n',
        'x'.repeat(65),
        'A\u030a',
        '<b>',
        '%',
        '\0',
      ]) {
        assert.equal(refusal(await at.ledger.createStation({ id })), '422 station-not-valid', JSON.stringify(id));
      }
    });

    it('are refused with terms that no station can have, naming which', async () => {
      const wrong = [
        { unit: 'kWh' },
        { step: 0 },
        { step: 1.5 },
        { layout: 'narrow' },
        { layout: 'constructor' },
        { sequence: 'random' },
        { slotSeconds: 0 },
        { slotSeconds: 59 },
        { keyVersion: -1 },
        { price: { minorUnits: -1, currency: 'EUR' } },
        { price: { minorUnits: 1, currency: 'euro' } },
        { price: { minorUnits: 0.5, currency: 'EUR' } },
        { name: 'x'.repeat(201) },
        { name: 'line\nbreak' },
      ];
      for (const terms of wrong) {
        const answer = await at.ledger.createStation({ id: 'WRONG', ...(terms as object) });
        assert.equal(refusal(answer), '422 station-not-valid', JSON.stringify(terms));
        const { detail } = (answer as { refused: { detail: string } }).refused;
        assert.ok(detail.startsWith(Object.keys(terms)[0]!), detail);
      }
      assert.equal(refusal(await at.ledger.station('WRONG')), '404 unknown-station');
    });

    it('are changed part by part, each change a new revision', async () => {
      granted(await at.ledger.createStation({ id: 'CHANGE', price: { minorUnits: 150, currency: 'EUR' } }));
      at.now += 1000;
      const named = granted(await at.ledger.updateStation('CHANGE', { name: 'Behind the station' }));
      assert.deepEqual([named.name, named.revision, named.step], ['Behind the station', 2, 30]);
      assert.deepEqual(named.price, { minorUnits: 150, currency: 'EUR' });
      assert.equal(named.updatedAt, '2026-11-22T12:00:01.000Z');
      const free = granted(await at.ledger.updateStation('CHANGE', { price: null, step: 15 }));
      assert.deepEqual([free.price, free.step, free.mostAmount, free.revision], [undefined, 15, 465, 3]);
      assert.equal(granted(await at.ledger.updateStation('CHANGE', { step: 15 })).revision, 3);
      assert.equal(refusal(await at.ledger.updateStation('CHANGE', { step: -1 })), '422 station-not-valid');
      assert.equal(refusal(await at.ledger.updateStation('NOBODY', { step: 1 })), '404 unknown-station');
      assert.deepEqual(await at.ledger.station('CHANGE'), free);
    });

    it('are not given a clock that would make them wait for days', async () => {
      granted(await at.ledger.createStation({ id: 'SLOTS' }));
      granted(await at.ledger.issue({ client: 'app', station: 'SLOTS', amount: 30 }));
      const answer = await at.ledger.updateStation('SLOTS', { slotSeconds: 600 });
      assert.equal(refusal(answer), '422 station-not-valid');
      granted(await at.ledger.updateStation('SLOTS', { slotSeconds: 60 }));
      granted(await at.ledger.updateStation('SLOTS', { sequence: 'counter' }));
    });

    it('have slots of 60 s at least; one of an older ledger with shorter ones goes on', async () => {
      granted(await at.ledger.createStation({ id: 'SHORT', slotSeconds: 60 }));
      assert.equal(refusal(await at.ledger.updateStation('SHORT', { slotSeconds: 59 })), '422 station-not-valid');
      await at.ledger.close();
      await at.execute(
        "update station_terms set slot_seconds = 10 where station = (select number from stations where id = 'SHORT')",
      );
      at.ledger = await at.another();
      granted(await at.ledger.updateStation('SHORT', { name: 'goes on', slotSeconds: 10 }));
      granted(await at.ledger.issue({ client: 'app', station: 'SHORT', amount: 30 }));
      assert.equal(refusal(await at.ledger.updateStation('SHORT', { slotSeconds: 20 })), '422 station-not-valid');
    });

    it('keep every change of calls at the same moment', async () => {
      granted(await at.ledger.createStation({ id: 'BUSY' }));
      const steps = [10, 20, 40, 50, 60];
      await Promise.all(steps.map((step) => at.ledger.updateStation('BUSY', { step })));
      assert.equal(granted(await at.ledger.station('BUSY')).revision, 6);
    });

    it('are set up with a key of their own, derived when asked for and audited', async () => {
      granted(await at.ledger.createStation({ id: 'KEY', layout: 'long', unit: 'Wh', step: 500 }));
      assert.deepEqual(granted(await at.ledger.provisioning('KEY', { by: 'operator one' })), {
        version: 1,
        outlets: 1,
        station: 'KEY',
        key: hex(stationKeyOf(MASTER_KEY_HEX, 'KEY', 1)),
        unit: 'Wh',
        step: 500,
        layout: 'long',
        sequence: 'clock',
        slotSeconds: 300,
        keyVersion: 1,
        provisionedAt: new Date(at.now).toISOString(),
        new: true,
      });
      const { items } = await at.ledger.listAudit();
      const entry = items.find(({ action }) => action === 'station-provisioned');
      assert.deepEqual([entry?.client, entry?.station], ['operator one', 'KEY']);
      assert.equal(refusal(await at.ledger.provisioning('NOBODY')), '404 unknown-station');
    });

    it('get a new key in two steps: set up with the next version, then changed over', async () => {
      granted(await at.ledger.createStation({ id: 'ROTATE', sequence: 'counter' }));
      const before = granted(await at.ledger.issue({ client: 'app', station: 'ROTATE', amount: 30 }));
      const next = granted(await at.ledger.provisioning('ROTATE', { keyVersion: 2 }));
      assert.equal(next.key, hex(stationKeyOf(MASTER_KEY_HEX, 'ROTATE', 2)));
      assert.equal(granted(await at.ledger.station('ROTATE')).keyVersion, 1);
      granted(await at.ledger.updateStation('ROTATE', { keyVersion: 2 }));
      assert.equal(granted(await at.ledger.provisioning('ROTATE')).key, next.key);
      assert.deepEqual(await at.ledger.request({ client: 'app', id: before.id }), before);
    });

    it('are retired once and for all', async () => {
      granted(await at.ledger.createStation({ id: 'OLD' }));
      const retired = granted(await at.ledger.retireStation('OLD'));
      assert.ok(retired.retiredAt !== null);
      assert.deepEqual(await at.ledger.retireStation('OLD'), retired);
      assert.equal(refusal(await at.ledger.updateStation('OLD', { step: 60 })), '410 retired-station');
      assert.equal(refusal(await at.ledger.createStation({ id: 'OLD' })), '409 station-exists');
      assert.equal(refusal(await at.ledger.retireStation('NOBODY')), '404 unknown-station');
    });

    it('are listed page by page and found by part of id or name, wildcards taken as they are', async () => {
      for (let i = 0; i < 25; i++) granted(await at.ledger.createStation({ id: `LIST-${i}`, name: `Platz_${i} 100%` }));
      const all: string[] = [];
      let after: string | undefined;
      do {
        const page = await at.ledger.listStations({ limit: 10, after, search: 'list-' });
        all.push(...page.items.map(({ id }) => id));
        after = page.next ?? undefined;
      } while (after !== undefined);
      assert.equal(all.length, 25);
      assert.equal(new Set(all).size, 25);
      const found = async (search: string) => (await at.ledger.listStations({ search })).items.map(({ id }) => id);
      assert.deepEqual(await found('PLATZ_7 '), ['LIST-7']);
      assert.deepEqual(await found('platz%7'), []);
      assert.deepEqual(await found('深圳'), ['深圳-A61']);
      assert.deepEqual(await found("'"), []);
      const retired = (await at.ledger.listStations({ retired: true })).items.map(({ id }) => id);
      assert.deepEqual(retired, ['OLD']);
      assert.ok(!(await at.ledger.listStations({ retired: false, limit: 500 })).items.some(({ id }) => id === 'OLD'));
    });
  });

  describe(`API keys on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    it('say who calls, and are shown once', async () => {
      const made = granted(await at.ledger.createApiKey({ name: 'App', role: 'customer app', by: 'op' }));
      assert.match(made.key, /^oc_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
      assert.deepEqual(await at.ledger.authenticate(made.key), { client: made.id, role: 'customer app', name: 'App' });
      const { items } = await at.ledger.listApiKeys();
      assert.ok(!JSON.stringify(items).includes(made.key.slice(-43)));
      const { key, ...record } = made;
      assert.deepEqual(items, [record]);
    });

    it('are refused when they are wrong in any place, and that is audited', async () => {
      const { key, id } = granted(await at.ledger.createApiKey({ name: 'App', role: 'operator' }));
      const last = key.at(-5) === 'A' ? 'B' : 'A';
      const wrong = [
        `${key.slice(0, -5)}${last}${key.slice(-4)}`,
        `${key}x`,
        '',
        'oc_',
        `oc_${'0'.repeat(16)}_${'A'.repeat(43)}`,
      ];
      for (const guess of wrong) assert.equal(refusal(await at.ledger.authenticate(guess)), '401 unauthorized', guess);
      const { items } = await at.ledger.listAudit();
      assert.equal(items.filter(({ action }) => action === 'unknown-api-key').length, wrong.length);
      assert.ok(items.some(({ client }) => client === id));
      granted(await at.ledger.authenticate(key));
    });

    it('are good no more once they are revoked, in other replicas after two seconds', async () => {
      const other = await at.another();
      const { key, id } = granted(await at.ledger.createApiKey({ name: 'App', role: 'operator' }));
      granted(await at.ledger.authenticate(key));
      granted(await other.authenticate(key));
      const revoked = granted(await at.ledger.revokeApiKey(id, 'op'));
      assert.ok(revoked.revokedAt !== null);
      assert.equal(refusal(await at.ledger.authenticate(key)), '401 unauthorized');
      const ended = performance.now() + 10_000;
      let answer = await other.authenticate(key);
      while (!('refused' in answer) && performance.now() < ended) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer = await other.authenticate(key);
      }
      assert.equal(refusal(answer), '401 unauthorized');
      assert.ok((await at.ledger.listAudit()).items.some(({ action }) => action === 'revoked-api-key'));
      assert.deepEqual(await at.ledger.revokeApiKey(id), revoked);
      assert.equal(refusal(await at.ledger.revokeApiKey('nobody')), '404 unknown-api-key');
      await other.close();
    });

    it('need a name and a role', async () => {
      assert.equal(refusal(await at.ledger.createApiKey({ name: '', role: 'operator' })), '422 api-key-not-valid');
      const role = 'root' as 'operator';
      assert.equal(refusal(await at.ledger.createApiKey({ name: 'x', role })), '422 api-key-not-valid');
    });
  });
}
