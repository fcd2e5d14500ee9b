// The first thing that a program of the package looks at: an older Node fails later, in words about something else.

/** Of `engines` in package.json. */
const NEEDED = [22, 9] as const;

/** What to tell whoever runs this Node, or undefined when it is new enough. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  return (
    `offline-charging needs Node ${NEEDED.join('.')} or newer, and this is ${version}. Install a newer one ` +
    '(nodejs.org, or: npm install -g node@24), or run it from a checkout with npm start, which brings its own.'
  );
}
