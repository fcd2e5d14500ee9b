import assert from 'node:assert/strict';
import { CloudMetrics } from '../../api/metrics.ts';

describe('the metrics', () => {
  it('are named as Prometheus asks: `_total` at the end of counters, and of nothing else', async () => {
    const text = await new CloudMetrics().text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!] as const);
    assert.ok(
      types.some(([name]) => name === 'nodejs_active_resources'),
      'the runtime’s own are there',
    );
    for (const [name, type] of types) {
      assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
      assert.match(name, /^[a-z][a-z0-9_]*$/);
      // What promtool refuses besides: names that hold their type, and units that are not the base unit.
      assert.doesNotMatch(name, /_(?:gauge|counter|histogram|milliseconds|minutes|kilobytes)(?:_|$)/);
    }
    for (const [name] of types) assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
  });
});
