import assert from 'node:assert/strict';
import { Identities, REMEMBERED_MS } from '../../api/identities.ts';
import { Limits } from '../../api/limits.ts';
import type { Answer, Principal } from '../../charging/cloud/ledger.ts';

const unauthorized = { refused: { slug: 'unauthorized', detail: 'No.' } } as const;

describe('API keys are remembered for a moment', () => {
  function identities() {
    const asked: string[] = [];
    const known = new Map<string, Principal>([['good', { client: 'app', role: 'customer app', name: 'app' }]]);
    const time = { now: 0 };
    const ask = async (key: string): Promise<Answer<Principal>> => {
      asked.push(key);
      return known.get(key) ?? unauthorized;
    };
    return { asked, known, time, identities: new Identities(ask, () => time.now) };
  }

  it('so that a busy client asks the ledger once, also when many requests come together', async () => {
    const { identities: of, asked } = identities();
    const all = await Promise.all(Array.from({ length: 20 }, () => of.of('good', '192.0.2.1')));
    assert.ok(all.every((each) => 'client' in each));
    await of.of('good', '192.0.2.1');
    assert.deepEqual(asked, ['good']);
  });

  it('and asked again after it, so that a revoked key is refused', async () => {
    const { identities: of, known, time } = identities();
    await of.of('good', '192.0.2.1');
    known.delete('good');
    assert.ok('client' in (await of.of('good', '192.0.2.1')));
    time.now = REMEMBERED_MS + 1;
    assert.ok('refused' in (await of.of('good', '192.0.2.1')));
  });

  it('unknown ones as well, without filling the memory or pushing out those that work', async () => {
    const { identities: of, asked } = identities();
    await of.of('good', '192.0.2.1');
    for (let index = 0; index < 12_000; index += 1) await of.of(`guess-${index}`, '192.0.2.1');
    assert.equal(asked.length, 12_001);
    await of.of('good', '192.0.2.1');
    assert.equal(asked.length, 12_001, 'the good one is still known');
    await of.of('guess-0', '192.0.2.1');
    assert.equal(asked.length, 12_002, 'the first guess is not');
  });

  it('but not when the ledger was away', async () => {
    let away = true;
    const of = new Identities(async () => {
      if (away) throw new Error('away');
      return unauthorized;
    });
    await assert.rejects(async () => of.of('key', '192.0.2.1'));
    away = false;
    assert.ok('refused' in (await of.of('key', '192.0.2.1')));
  });
});

describe('limits', () => {
  it('count each client for itself and say how long to wait', async () => {
    const limits = Limits.inMemory({ client: 2, visitor: 0, station: 1 });
    assert.equal(await limits.take('client', 'a'), undefined);
    assert.equal(await limits.take('client', 'a'), undefined);
    const wait = await limits.take('client', 'a');
    assert.ok(wait !== undefined && wait >= 1 && wait <= 60);
    assert.equal(await limits.take('client', 'b'), undefined);
    assert.equal(await limits.take('station', 'a'), undefined);
  });

  it('are none where they are 0', async () => {
    const limits = Limits.inMemory({ client: 0, visitor: 0, station: 0 });
    for (let index = 0; index < 1000; index += 1) assert.equal(await limits.take('visitor', 'a'), undefined);
  });
});
