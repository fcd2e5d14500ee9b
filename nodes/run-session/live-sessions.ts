// Which sessions live in this Node-RED, and what each wants of its relay. A relay that a session closed asks here whether
// it is still to be closed: the wire between them may be cut, or lead elsewhere by now, and the session may be deleted.
// One that somebody else closed asks the session that commanded it last, which may never hear of it.
const wantClosed = new Map<string, Set<number>>();

export interface LiveSession {
  /** What the session told an outlet's relay last. */
  tells(on: boolean, outlet: number): void;
  end(): void;
}

export function sessionLives(id: string): LiveSession {
  wantClosed.set(id, new Set());
  return {
    tells: (on, outlet) => {
      if (on) wantClosed.get(id)?.add(outlet);
      else wantClosed.get(id)?.delete(outlet);
    },
    end: () => {
      wantClosed.delete(id);
    },
  };
}

export function isLive(id: unknown): boolean {
  return typeof id === 'string' && wantClosed.has(id);
}

/**
 * Whether whoever closed the relay of that outlet wants it closed.
 * @param by the property `commandedBy` of the command; one that no session gave stands until the next command
 */
export function wantedClosed(by: unknown, outlet: number): boolean {
  return typeof by !== 'string' || wantClosed.get(by)?.has(outlet) === true;
}
