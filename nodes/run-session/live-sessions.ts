// Which sessions live in this Node-RED. A relay that a session closed asks here whether that session is still there: one
// that was deleted while its wire to the relay was cut can open it no more.
const live = new Set<string>();

/** Gives the function that ends it. */
export function sessionLives(id: string): () => void {
  live.add(id);
  return () => {
    live.delete(id);
  };
}

/** @param by the property `commandedBy` of a command; whoever gives another command than a session never dies */
export function commanderLives(by: unknown): boolean {
  return typeof by !== 'string' || live.has(by);
}
