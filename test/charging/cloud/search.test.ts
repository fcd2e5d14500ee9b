import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { granted } from './answers.ts';
import { asVersion, BOTH, TestLedger } from './databases.ts';

const NAMES = ['Ä-7', 'Парк', 'ＡＢＣ', 'Straße', 'Cafe\u0301', '停车场', '100 %'];
/** What is typed, and the names that hold it. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  'Ä-7': ['Ä-7'],
  'ä-7': ['Ä-7'],
  'A\u0308-7': ['Ä-7'],
  Парк: ['Парк'],
  ПАРК: ['Парк'],
  ＡＢＣ: ['ＡＢＣ'],
  abc: ['ＡＢＣ'],
  ａｂｃ: ['ＡＢＣ'],
  STRASSE: ['Straße'],
  straße: ['Straße'],
  CAFÉ: ['Cafe\u0301'],
  停车: ['停车场'],
  ' 停车场 ': ['停车场'],
  '%': ['100 %'],
  _: [],
  Ö: [],
};

for (const kind of BOTH) {
  describe(`a search on ${kind}`, function () {
    this.timeout(60_000);

    it('finds names in any script by their exact text and in letters of either case', async () => {
      const at = await TestLedger.open(kind);
      for (const [index, name] of NAMES.entries()) {
        granted(await at.ledger.createStation({ id: `CP-${index}`, name, sequence: 'counter' }));
        granted(await at.ledger.issue({ client: 'app', station: `CP-${index}`, amount: 30 }));
      }
      granted(await at.ledger.createStation({ id: 'CP-9', name: 'before', sequence: 'counter' }));
      granted(await at.ledger.updateStation('CP-9', { name: 'Öl' }));
      const look = async () => {
        for (const [search, names] of Object.entries({ ...FOUND, Ö: ['Öl'], before: [] })) {
          const { items } = await at.ledger.listStations({ search });
          assert.deepEqual(
            items.map(({ name }) => name),
            names,
            search,
          );
          const codes = await at.ledger.listCodes({ search });
          const ids = names.filter((name) => name !== 'Öl').map((name) => `CP-${NAMES.indexOf(name)}`);
          assert.deepEqual(
            codes.items.map(({ station }) => station),
            ids,
            search,
          );
        }
      };
      await look();
      await at.ledger.close();
      // As an earlier version left it.
      const earlier = `alter table stations drop column folded; drop table request_limits; ${asVersion(2)}`;
      if (kind === 'sqlite') {
        const file = new DatabaseSync(at.url.slice('sqlite:'.length));
        file.exec(earlier);
        file.close();
      } else {
        const client = new pg.Client(at.url);
        await client.connect();
        await client.query(earlier);
        await client.end();
      }
      at.ledger = await at.another();
      await look();
      await at.ledger.close();
    });
  });
}
