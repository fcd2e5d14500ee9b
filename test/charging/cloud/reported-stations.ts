// Stations that sell, and what their reports tell a ledger: what the tests of reports have in common.
import { granted } from './answers.ts';
import type { TestLedger } from './databases.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const price = { minorUnits: 150, currency: 'EUR' };

export function reportedStations(of: () => TestLedger) {
  let made = 0;
  const station = async (given: object = {}) => {
    const id = `R-${++made}`;
    granted(await of().ledger.createStation({ id, sequence: 'counter', price, ...given }));
    return id;
  };
  /** Its sequence number. */
  const buy = async (id: string, amount = 60) => {
    granted(await of().ledger.issue({ client: 'app', station: id, amount }));
    return granted(await of().ledger.listCodes({ station: id, limit: 1 })).items[0]!.sequence;
  };
  const hear = async (id: string, report: string) => granted(await of().ledger.hearReport({ station: id, report }));
  const figures = ({ report, sessions, new: fresh, missing }: Awaited<ReturnType<typeof hear>>) => [
    ...[report, sessions, fresh, missing],
  ];
  const settled = async (id: string) =>
    (await of().ledger.listSettled({ station: id })).items.map(({ sequence, source, refund }) => ({
      ...{ sequence, source },
      refund: refund?.minorUnits,
    }));
  const alarms = async (id: string) =>
    (await of().ledger.listAlarms({ station: id })).items.map((alarm) => alarm.kind).sort();
  return { station, buy, hear, figures, settled, alarms };
}
