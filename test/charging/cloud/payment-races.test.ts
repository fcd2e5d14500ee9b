// Two replicas hear of one payment at the same moment: a second connection holds the payment's row as the other replica
// would, so that each race is run on purpose.
import assert from 'node:assert/strict';
import pg from 'pg';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { MASTER_KEY_HEX, TestLedger } from './databases.ts';

const price = { minorUnits: 150, currency: 'EUR' };
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

describe('replicas that hear of one payment at the same moment on postgresql', function () {
  this.timeout(60_000);
  let at: TestLedger;
  let other: pg.Client;
  before(async () => {
    at = await TestLedger.open('postgresql');
    other = new pg.Client({ connectionString: at.url });
    await other.connect();
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter', price }));
  });
  after(async () => {
    await other.end();
    await at.ledger.close();
  });

  async function paid(payment: string): Promise<string> {
    const { id } = granted(await at.ledger.reserve({ client: 'app', station: 'CP-0001', amount: 60 }));
    granted((await at.ledger.notePayment({ id, payment, amount: EUR_3, provider: 'stripe' })).answer);
    return id;
  }

  /** What this ledger makes of it while the other replica changes something, and has not committed when this one reads. */
  async function meanwhile<T>(change: string, call: () => Promise<T>): Promise<T> {
    await other.query('begin');
    await other.query(change);
    const answer = call();
    const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    // What a transaction has seen of the others it sees again, unless told to look anew.
    while ((await other.query(waits)).rowCount === 0) await other.query('select pg_stat_clear_snapshot()');
    await other.query('commit');
    return answer;
  }

  it('keep how a dispute ended under the late word of its beginning', async () => {
    await paid('pi_won');
    const begun = { payment: 'pi_won', reference: 'dp_1', amount: EUR_3, state: 'open' } as const;
    const told = await meanwhile(`update payments set dispute = 'won' where payment = 'pi_won'`, () =>
      at.ledger.disputeTold(begun),
    );
    assert.deepEqual(told, { news: false });
    const { rows } = await other.query(`select dispute from payments where payment = 'pi_won'`);
    assert.deepEqual(rows, [{ dispute: 'won' }]);
  });

  it('take each part that went back by hand off what is still owed', async () => {
    const id = await paid('pi_first');
    const second = await at.ledger.notePayment({ id, payment: 'pi_second', amount: EUR_3, provider: 'stripe' });
    assert.equal(refusal(second.answer), '409 paid-otherwise');
    const owed = `refunds where payment = 'pi_second' and cause = 'payment'`;
    const part = { payment: 'pi_second', reference: 're_2', amount: { minorUnits: 200, currency: 'EUR' } };
    const change = `update refunds set minor_units = 200 where payment = 'pi_second' and cause = 'payment'`;
    granted(await meanwhile(change, () => at.ledger.refundedElsewhere(part)));
    const { rows } = await other.query(`select minor_units, state from ${owed}`);
    assert.deepEqual(rows, [{ minor_units: '0', state: 'paid' }]);
  });

  it('send nothing of a payment that a bank wanted back while its receipt was settled', async () => {
    const id = await paid('pi_open');
    granted(await at.ledger.issueReserved({ client: 'app', id }));
    const { sequence } = (await at.ledger.listCodes({ station: 'CP-0001' })).items.find(
      ({ request }) => request === id,
    )!;
    const key = stationKeyOf(MASTER_KEY_HEX, 'CP-0001');
    const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 155, sequence });
    const call = { client: 'app', station: 'CP-0001', receipt };
    granted(
      await meanwhile(`update payments set dispute = 'open' where payment = 'pi_open'`, () => at.ledger.settle(call)),
    );
    assert.deepEqual(await at.ledger.claimRefunds({ provider: 'stripe' }), []);
    granted(await at.ledger.disputeTold({ payment: 'pi_open', reference: 'dp_2', amount: EUR_3, state: 'won' }));
    assert.equal((await at.ledger.claimRefunds({ provider: 'stripe' })).length, 1, 'what is left when that is over');
  });
});
