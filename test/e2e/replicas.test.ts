import assert from 'node:assert/strict';
import { balance } from '../soak/books.ts';
import { soakPayments } from '../soak/payments.ts';
import { isSound, type Soaked, soak } from '../soak/soak.ts';
import { compactCode, stationKeyOf } from '../support/independent-codes.ts';

const few = { requests: 700, clients: 50, stations: 50 };

function assertSound(soaked: Soaked): void {
  assert.ok(isSound(soaked), JSON.stringify(soaked));
}

describe('a cloud that is killed while customers buy', function () {
  this.timeout(120_000);

  it('on PostgreSQL, restarted too, has every code that was given in its ledger once, whichever process was asked', async () => {
    const soaked = await soak({
      ...few,
      kind: 'postgresql',
      processes: 2,
      faults: [
        { after: 0.25, act: 'kill' },
        { after: 0.6, act: 'restart-database' },
      ],
    });
    assertSound(soaked);
    assert.deepEqual([soaked.killed, soaked.restarts], [1, 1]);
    assert.ok(soaked.retries > 0, 'nobody noticed');
  });

  it('on SQLite has every code that was given in its ledger once', async () => {
    const soaked = await soak({ ...few, kind: 'sqlite', processes: 1, faults: [{ after: 0.4, act: 'kill' }] });
    assertSound(soaked);
    assert.equal(soaked.killed, 1);
    assert.ok(soaked.retries > 0, 'nobody noticed');
  });
});

describe('a cloud that is killed while customers pay', function () {
  this.timeout(120_000);

  it('has each payment as a code, or owes it back, and Stripe has what its books say', async () => {
    const { faults, figures } = await soakPayments({
      ...{ kind: 'sqlite', processes: 1, clients: 12, stations: 10 },
      ...{ reservations: 80, kills: [0.3, 0.7], restMs: 0 },
    });
    assert.deepEqual(faults, []);
    assert.deepEqual([figures.paid, figures.payments, figures.killed, figures.difference], [40, 42, 3, 0]);
    assert.ok(Number(figures.retries) > 0, 'nobody noticed');
  });
});

describe('the books of a soak', () => {
  const key = '3d'.repeat(32);
  const code = compactCode(stationKeyOf(key, 'CP-0001'), 'min', 30, 2, 7);
  const sold = { key: 'k', station: 'CP-0001', amount: 60, id: 'a', code };
  const line = { request: 'a', station: 'CP-0001', sequence: 7, amount: 60 };
  const tables = { numbers: [{ station: 'CP-0001', sequence: 7 }], issued: 1 };
  const none = { missing: 0, duplicates: 0, unasked: 0, wrong: 0 };

  it('balance when what was sold is in the ledger', () => {
    assert.deepEqual(balance([sold], [line], tables, key), none);
  });

  it('tell what is missing, there twice, unasked for, or another code', () => {
    assert.equal(balance([sold], [], tables, key).missing, 1);
    assert.equal(balance([sold], [line], { ...tables, numbers: [] }, key).missing, 1);
    const other = { ...line, request: 'b' };
    const two = balance([sold, { ...sold, id: 'b' }], [line, other], tables, key);
    assert.equal(two.duplicates, 1);
    assert.equal(balance([sold], [line, { ...other, sequence: 8 }], tables, key).unasked, 2);
    assert.equal(
      balance([sold], [{ ...line, sequence: 39 }], { numbers: [{ ...line, sequence: 39 }], issued: 1 }, key).wrong,
      1,
    );
  });
});
