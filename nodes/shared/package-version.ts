// The version of this package: found upwards from this file, the same from the source and from dist/.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const packageVersion: string = (() => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
})();
