// Loaded by Mocha before all else (.mocharc.json), in each of its workers too: what V8 compiled, and TypeScript without its types,
// is kept from one process to the next. The tests start hundreds of them, and most of each start was that.
import { enableCompileCache } from 'node:module';

const folder = new URL('../../node_modules/.cache/offline-charging', import.meta.url).pathname;
enableCompileCache(folder);
/** For processes that get variables of their own. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: folder };
Object.assign(process.env, COMPILE_CACHE);
