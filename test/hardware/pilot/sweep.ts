// `npm run sweep:pilot`: a control pilot at every duty from 6 to 80 A, read at every spacing from 20 to 400 µs, with little and
// with much jitter. `-- --seconds 3600 --amperes 5 --micros 10` simulates an hour each, at every fifth ampere and tenth µs.
import { parseArgs } from 'node:util';
import { dutyForCurrent } from '../../../hardware/pilot/control-pilot.ts';
import { runPilot } from './simulated-pilot.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    amperes: { type: 'string', default: '1' },
    micros: { type: 'string', default: '1' },
  },
});
const seconds = Number(values.seconds);
let runs = 0;
let falseUnpluggings = 0;
let unplugs = 0;
let slowestUnplugMs = 0;
for (const jitter of [0.03, 0.3]) {
  for (let currentA = 6; currentA <= 80; currentA += Number(values.amperes)) {
    for (let spacingUs = 20; spacingUs <= 400; spacingUs += Number(values.micros)) {
      runs += 1;
      const run = { duty: dutyForCurrent(currentA), spacingUs, jitter, seconds, unplugEverySeconds: 20, seed: runs };
      const result = runPilot(run);
      falseUnpluggings += result.falseUnpluggings;
      unplugs += result.unplugs;
      slowestUnplugMs = Math.max(slowestUnplugMs, result.slowestUnplugMs);
      if (result.falseUnpluggings > 0 || result.slowestUnplugMs > 200)
        console.log(
          `${currentA} A, ${spacingUs} µs ± ${jitter * 100} %: ${result.falseUnpluggings} false unpluggings, ` +
            `slowest real one ${result.slowestUnplugMs.toFixed(0)} ms (seed ${runs})`,
        );
    }
  }
}
console.log(
  `${runs} runs of ${seconds} s: ${falseUnpluggings} false unpluggings; ${unplugs} real ones, the slowest seen after ` +
    `${slowestUnplugMs.toFixed(0)} ms.`,
);
process.exitCode = falseUnpluggings > 0 || slowestUnplugMs > 200 ? 1 : 0;
