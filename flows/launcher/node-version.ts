// The first thing that a program of the package looks at: an older Node fails later, in words about something else.

/** Of `engines` in package.json. */
export const NEEDED_NODE = '22.9';
/** From here on Node has SQLite without `--experimental-sqlite`. */
export const NODE_WITH_SQLITE = '22.13';

/** What to tell whoever runs this Node, or undefined when it is new enough. */
export function nodeTooOld(version: string): string | undefined {
  const [[major = 0, minor = 0], [least = 0, leastMinor = 0]] = [numbersOf(version), numbersOf(NEEDED_NODE)];
  if (major > least || (major === least && minor >= leastMinor)) return undefined;
  return (
    `offline-charging needs Node ${NEEDED_NODE} or newer, and this is ${version}. Install a newer one ` +
    '(nodejs.org, or: npm install -g node@24), or run it from a checkout with npm start, which brings its own.'
  );
}

const numbersOf = (version: string) => version.split('.').map(Number);
