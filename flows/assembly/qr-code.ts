// The function that pages draw their QR codes with, for what assembles the flows: a ui-template keeps functions one by
// one and loads no module, so the library is written into it.
import { readFileSync } from 'node:fs';

const library = import.meta.resolve('lean-qr');
const read = (name: string) => readFileSync(new URL(name, library), 'utf8').trim();
const source = read(library);
const { version } = JSON.parse(read('./package.json')) as { version: string };

/** The library as the body of a function: what a module exports, this gives. */
const body = source.replace(/\bexport\s*\{([^}]*)\};?$/, (_, names: string) => {
  const members = names.split(',').map((name) => {
    const [inside, outside = inside] = name.trim().split(/\s+as\s+/);
    return `${outside}: ${inside}`;
  });
  return `return { ${members.join(', ')} };`;
});
if (body === source || /\b(?:im|ex)port\b/.test(body)) throw new Error('lean-qr is not the one module it was');

/**
 * `qrCode(text)`: a QR code (ISO/IEC 18004) of error correction M or better, as rows of booleans, true where it is dark,
 * without the quiet zone. It throws when the text is too long for one.
 */
export const qrCodeText = `function qrCode(text) {
  /* lean-qr ${version}
${read('./LICENSE')} */
  const { correction, generate } = (() => {
${body}
  })();
  const code = generate(text, { minCorrectionLevel: correction.M });
  return Array.from({ length: code.size }, (_, y) => Array.from({ length: code.size }, (_, x) => code.get(x, y)));
}`;

export const qrCode = new Function(`return ${qrCodeText}`)() as (text: string) => boolean[][];
