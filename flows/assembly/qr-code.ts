// What pages draw their QR codes with, for what assembles them: neither a ui-template nor a phone of 2016 loads a module,
// so the library is written into them.
import { readFileSync } from 'node:fs';

const library = import.meta.resolve('lean-qr');
const read = (name: string) => readFileSync(new URL(name, library), 'utf8').trim();
const { version } = JSON.parse(read('./package.json')) as { version: string };

/** A module of the library as the body of a function: what it exports, this gives. */
function bodyOf(module: string): string {
  const source = read(module);
  const body = source.replace(/\bexport\s*\{([^}]*)\};?$/, (_, names: string) => {
    const members = names.split(',').map((name) => {
      const [inside, outside = inside] = name.trim().split(/\s+as\s+/);
      return `${outside}: ${inside}`;
    });
    return `return { ${members.join(', ')} };`;
  });
  if (body === source || /\b(?:im|ex)port\b/.test(body)) throw new Error(`${module} is not the one module it was`);
  return body;
}

/**
 * `qrCode(text)`: a QR code (ISO/IEC 18004) of error correction M or better, or of what `least` says, as rows of booleans,
 * true where it is dark, without the quiet zone. It throws when the text is too long for one.
 */
export const qrCodeText = `function qrCode(text, least = 'M') {
  /* lean-qr ${version}
${read('./LICENSE')} */
  const { correction, generate } = (() => {
${bodyOf(library)}
  })();
  const code = generate(text, { minCorrectionLevel: correction[least] });
  return Array.from({ length: code.size }, (_, y) => Array.from({ length: code.size }, (_, x) => code.get(x, y)));
}`;

export const qrCode = new Function(`return ${qrCodeText}`)() as (text: string) => boolean[][];

/**
 * The file of the customer's page: `Charge.qrCode(digits)` gives what `toCanvas` draws. The library asks for a TextEncoder,
 * which browsers got after 2016; digits need none.
 */
export const qrCodeFile = `/*! lean-qr ${version}, MIT licence, (c) David Evans, https://github.com/davidje13/lean-qr */
window.Charge.qrCode = (() => {
  function TextEncoder() {
    this.encode = (digits) => digits.split('').map((digit) => digit.charCodeAt(0));
  }
  const { correction, generate } = (() => {
${bodyOf(import.meta.resolve('lean-qr/nano'))}
  })();
  return (digits) => generate(digits, { minCorrectionLevel: correction.M });
})();
`;
