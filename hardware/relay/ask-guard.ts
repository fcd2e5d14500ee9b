// What a running guard says of itself.
import { encode, type FromGuard, type GuardStatus, MessageReader, MOST_STATUS_BYTES } from './protocol.ts';
import { connectTo } from './socket.ts';
import { RelayError } from './types.ts';

const PATIENCE_MS = 2000;

/**
 * Asks the guard on a socket; no relay moves.
 * @throws {RelayError} `guard-away`; its cause says why
 */
export async function askGuard(path: string): Promise<GuardStatus> {
  const socket = connectTo(path);
  const impatience = setTimeout(() => socket.destroy(new Error('it hangs')), PATIENCE_MS);
  const reader = new MessageReader(MOST_STATUS_BYTES);
  socket.setEncoding('utf8');
  let why = new Error('it hung up');
  try {
    socket.write(encode({ type: 'status' }));
    for await (const chunk of socket) {
      for (const message of reader.read(chunk as string)) {
        const told = message as FromGuard;
        if (told.type === 'status') return told.status;
      }
    }
  } catch (error) {
    why = error as Error;
  } finally {
    clearTimeout(impatience);
    socket.destroy();
  }
  throw new RelayError('guard-away', `No relay guard answers on ${path}: ${why.message}.`, 0, { cause: why });
}
