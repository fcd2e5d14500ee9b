// Loaded before a Node-RED of a test (`--import`): its nodes come from the sources instead of from dist/, so that a test
// never runs against a build of yesterday.
import { registerHooks } from 'node:module';

const root = new URL('../../../../', import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const node = /\/dist\/(nodes\/.+)\.js$/.exec(specifier);
    return next(
      node && !context.parentURL?.includes('/dist/') ? new URL(`${node[1]}.ts`, root).href : specifier,
      context,
    );
  },
});
