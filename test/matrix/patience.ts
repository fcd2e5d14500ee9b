// Required by the matrix's mocha: what its tests are given, ten times over. A cell says what a version of Node or npm
// breaks, and not that the machine has other things to do.
import type { Context, Runnable } from 'mocha';

/** A suite, with its hooks, of which mocha's types keep silent. */
type Block = {
  readonly suites: readonly Block[];
  readonly tests: readonly Runnable[];
} & Readonly<Record<'_beforeAll' | '_beforeEach' | '_afterEach' | '_afterAll', readonly Runnable[]>>;

function wait(block: Block): void {
  const hooks = [...block._beforeAll, ...block._beforeEach, ...block._afterEach, ...block._afterAll];
  for (const each of [...hooks, ...block.tests]) each.timeout(each.timeout() * 10);
  block.suites.forEach(wait);
}

export const mochaHooks = {
  beforeAll(this: Context): void {
    wait(this.test?.parent as unknown as Block);
  },
};
