// To write the tables anew: WRITE_TABLES=1 npx mocha test/charging/station/charger/tables.test.ts
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { chargerConfig } from '../../../../charging/station/charger/model.ts';
import { conversationTransitions, talkTransitions } from '../conversation/state-table.ts';
import { outletTransitions } from '../outlet/state-table.ts';
import { faults, limits } from './limits.ts';

const page = new URL('../../../../docs/session.md', import.meta.url);

function tableIn(text: string, name: string): RegExp {
  const pattern = new RegExp(`(<!-- ${name} -->\n\n)([^]*?)(\n\n<!-- /${name} -->)`);
  assert.match(text, pattern, `docs/session.md has a place for ${name}`);
  return pattern;
}

describe('docs/session.md', () => {
  it('waits for the vehicle after a power cut as long as the code does', () => {
    const seconds = chargerConfig({ unit: 'min' }).resumeMs / 1000;
    assert.ok(readFileSync(page, 'utf8').includes(`the station waits up to ${seconds} s to`));
  });

  for (const [name, made] of Object.entries({
    'outlet transitions': outletTransitions,
    'conversation transitions': conversationTransitions,
    'talk transitions': talkTransitions,
    limits,
    faults,
  })) {
    it(`holds the table of ${name} as the code has it`, () => {
      const text = readFileSync(page, 'utf8');
      const pattern = tableIn(text, name);
      if (process.env.WRITE_TABLES) writeFileSync(page, text.replace(pattern, `$1${made()}$3`));
      assert.equal(pattern.exec(readFileSync(page, 'utf8'))![2], made());
    });
  }
});
