import assert from 'node:assert/strict';
import { AuditAllowance, MOST_ENTRIES } from '../../api/audit-allowance.ts';
import type { AuditEntry } from '../../charging/cloud/ledger.ts';

describe('what strangers have written into the audit', () => {
  const written: AuditEntry[] = [];
  const allowance = new AuditAllowance((entry) => written.push(entry));
  afterEach(() => {
    allowance.close();
    written.length = 0;
  });

  it('is listed one by one, and a flood of one kind hides no other and nobody else’s', () => {
    for (let count = 0; count < MOST_ENTRIES + 50; count += 1) {
      allowance.audit({ action: 'station-id-not-possible', station: `"${count}` }, '192.0.2.1');
    }
    allowance.audit({ action: 'call-not-allowed', client: 'app' }, '192.0.2.1');
    allowance.audit({ action: 'station-id-not-possible', station: 'other' }, '192.0.2.2');
    assert.equal(written.length, MOST_ENTRIES + 2);
    assert.deepEqual(written.at(-2), { action: 'call-not-allowed', client: 'app' });
    assert.deepEqual(written.at(-1), { action: 'station-id-not-possible', station: 'other' });
  });

  it('is told as a number where it is too much, so that nothing is silent', () => {
    for (let count = 0; count < MOST_ENTRIES + 50; count += 1) {
      allowance.audit({ action: 'unknown-api-key' }, '192.0.2.1');
    }
    allowance.close();
    assert.deepEqual(written.at(-1), {
      action: 'unknown-api-key',
      detail: '50 more within a minute, not listed one by one',
    });
    allowance.audit({ action: 'unknown-api-key' }, '192.0.2.1');
    assert.deepEqual(written.at(-1), { action: 'unknown-api-key' }, 'the next minute begins anew');
  });
});
