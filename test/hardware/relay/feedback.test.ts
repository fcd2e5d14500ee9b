import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDriver } from '../../../hardware/gpio/open.ts';
import { type ContactFault, ContactFeedback, FeedbackContact } from '../../../hardware/relay/feedback-contact.ts';

describe("a contactor's feedback contact", () => {
  it('says nothing while the contactor is still moving', () => {
    const feedback = new ContactFeedback(0);
    feedback.contact(false, 0);
    feedback.commanded(true, 1000);
    assert.equal(feedback.fault(1499), undefined);
    assert.equal(feedback.dueAtMs, 1500);
    feedback.contact(true, 1050);
    assert.equal(feedback.dueAtMs, undefined);
    assert.equal(feedback.fault(9000), undefined);
  });

  it('says that the contactor did not close', () => {
    const feedback = new ContactFeedback(0);
    feedback.contact(false, 0);
    feedback.commanded(true, 1000);
    assert.equal(feedback.fault(1500), 'contact-stuck-off');
  });

  it('says that the contact is welded', () => {
    const feedback = new ContactFeedback(0);
    feedback.commanded(true, 0);
    feedback.contact(true, 40);
    feedback.commanded(false, 60_000);
    assert.equal(feedback.fault(60_499), undefined);
    assert.equal(feedback.fault(60_500), 'contact-stuck-on');
    feedback.contact(false, 61_000);
    assert.equal(feedback.fault(61_000), undefined);
  });

  it('says that a contact is welded before anything was switched', () => {
    const feedback = new ContactFeedback(0);
    feedback.contact(true, 0);
    assert.equal(feedback.fault(500), 'contact-stuck-on');
  });

  it('says that the contactor opened by itself', () => {
    const feedback = new ContactFeedback(0);
    feedback.commanded(true, 0);
    feedback.contact(true, 40);
    feedback.contact(false, 30_000);
    assert.equal(feedback.fault(30_499), undefined);
    assert.equal(feedback.fault(30_500), 'contact-stuck-off');
  });

  it('does not start the wait anew at each bounce of a contact that disagrees', () => {
    const feedback = new ContactFeedback(0);
    feedback.contact(false, 0);
    feedback.commanded(true, 1000);
    for (let ms = 1100; ms < 1500; ms += 100) feedback.contact(false, ms);
    assert.equal(feedback.fault(1500), 'contact-stuck-off');
  });

  it('judges nothing until the contact has spoken', () => {
    const feedback = new ContactFeedback(0);
    feedback.commanded(true, 0);
    assert.equal(feedback.agrees, undefined);
    assert.equal(feedback.dueAtMs, undefined);
    assert.equal(feedback.fault(1e6), undefined);
  });

  it('does not judge a change of mind by the time of the first order', () => {
    const feedback = new ContactFeedback(0);
    feedback.contact(false, 0);
    feedback.commanded(true, 1000);
    feedback.commanded(false, 1100);
    feedback.contact(true, 1110);
    assert.equal(feedback.fault(1500), undefined);
    assert.equal(feedback.fault(1610), 'contact-stuck-on');
  });
});

describe('the line of a feedback contact', () => {
  const folder = mkdtempSync(join(tmpdir(), 'feedback-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is said to be lost when it is, and is watched again when it is back', async () => {
    const line = join(folder, 'contact');
    writeFileSync(line, '0');
    const told: (ContactFault | undefined)[] = [];
    const heard = new EventEmitter();
    const driver = await openDriver('simulated', { folder });
    const contact = await FeedbackContact.open(driver, { line: 'contact', activeLow: false }, (fault) => {
      told.push(fault);
      heard.emit('told');
    });
    const until = async (fault: ContactFault | undefined) => {
      while (told.at(-1) !== fault) await once(heard, 'told');
    };
    unlinkSync(line);
    mkdirSync(line);
    await until('feedback-lost');
    rmSync(line, { recursive: true });
    writeFileSync(line, '1');
    await until('relay-stuck-on');
    assert.equal(contact.closed, true);
    await contact.close();
  });
});
