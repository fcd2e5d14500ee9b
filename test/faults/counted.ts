// What is counted of a fault that is tried many times.

export interface Counted {
  tried: number;
  /** From the fault to the relay's line at 0, milliseconds. */
  readonly offMs: number[];
  honouredTwice: number;
  /** Minutes, or Wh where those are sold. */
  lost: number;
  relayLeftOn: number;
  /** Sessions that did not go on though their vehicle was there; undefined where that is not what is tried. */
  notResumed?: number;
}

export interface Fault {
  readonly name: string;
  /** @param every try only each so-manieth point, for a quick look */
  run(every?: number): Promise<Counted>;
}

export const none = (): Counted => ({ tried: 0, offMs: [], honouredTwice: 0, lost: 0, relayLeftOn: 0 });

export function add(counted: Counted, more: Omit<Counted, 'tried' | 'offMs'>): void {
  counted.tried++;
  counted.honouredTwice += more.honouredTwice;
  counted.lost += more.lost;
  counted.relayLeftOn += more.relayLeftOn;
  if (more.notResumed !== undefined) counted.notResumed = (counted.notResumed ?? 0) + more.notResumed;
}

/** What the columns after the times must be everywhere. */
export function isGood({ tried, honouredTwice, lost, relayLeftOn, notResumed = 0 }: Counted): boolean {
  return tried > 0 && honouredTwice === 0 && lost < 0.01 && relayLeftOn === 0 && notResumed === 0;
}
