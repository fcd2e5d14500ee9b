import { createRequire } from 'node:module';

type Minified = { readonly code: string; readonly error?: undefined } | { readonly error: Error };
const require = createRequire(import.meta.url);
const { minify } = require('uglify-js') as { minify: (program: string, options: object) => Minified };

/**
 * A program without comments and with short names. The banner of a library, a comment that begins with `!`, stays.
 * @param keepsParameters where somebody counts them, used or not
 */
export function leanProgram(source: string, { keepsParameters = false } = {}): string {
  const compress = { passes: 3, keep_fargs: keepsParameters };
  const minified = minify(source, { toplevel: true, compress, output: { comments: /^!/ } });
  if (minified.error) throw minified.error;
  return minified.code;
}
