// A charger's program on its own, for tests that take something from it: room on the disk, or the right to write.
// It prints a line of JSON for each charge it tried, and for an error its code.
import { Bench } from './support.ts';

const [folder = '', charges = '1', user = ''] = process.argv.slice(2);
if (user) process.setuid?.(Number(user));
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const bench = new Bench(undefined, { folder });
  for (let i = 0; i < Number(charges); i++) {
    bench.clocks.pass(300_000);
    try {
      bench.charge(bench.code(bench.slot), 10);
      say({ sold: bench.slot });
    } catch (error) {
      say({ failed: (error as { code?: string }).code ?? String(error), slot: bench.slot });
    }
  }
} catch (error) {
  say({ closed: (error as { code?: string }).code ?? String(error) });
}
