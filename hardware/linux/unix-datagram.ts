// Unix datagrams, which Node lacks, through koffi.
import { closeSync } from 'node:fs';

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Gives a function that sends one datagram to `path` ('@' begins an abstract name); losses are not told. Throws without koffi. */
export async function unixDatagrams(path: string): Promise<(text: string) => void> {
  const koffi = await import('koffi');
  const library = koffi.load(null);
  const socket = library.func('int socket(int, int, int)');
  const sendto = library.func('intptr_t sendto(int, void *, size_t, int, void *, unsigned int)');
  const name = Buffer.from(path);
  if (name[0] === '@'.charCodeAt(0)) name[0] = 0;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  const address = Buffer.concat([family, name, ...(name[0] === 0 ? [] : [Buffer.alloc(1)])]);
  return (text) => {
    const file = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (file < 0) return;
    const data = Buffer.from(text);
    sendto(file, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
    closeSync(file);
  };
}
