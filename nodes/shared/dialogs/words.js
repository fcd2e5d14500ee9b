// Words that all dialogs share (en-US.json, zh-CN.json beside this): in the catalogues of the two configuration nodes, one of
// which may be disabled.
const CATALOGUES = ['charging-station', 'code-issuer'];

/** In the editor's language. */
export function text(key, values) {
  const keys = CATALOGUES.map((name) => `@offline-charging/node-red/${name}:dialogs.${key}`);
  const found = keys
    .map((one) => [one, RED._(one, values)])
    .find(([one, words]) => words !== one && !words.endsWith(`dialogs.${key}`));
  return found ? found[1] : key;
}

/** A text of the node's own catalogue, `read-meter.try.look`; undefined where it has none. */
export function wordsOf(type, path, values) {
  const name = type.replaceAll(' ', '-');
  const key = `${name}.${path}`;
  const words = RED._(`@offline-charging/node-red/${name}:${key}`, values);
  return words.endsWith(key) ? undefined : words;
}
