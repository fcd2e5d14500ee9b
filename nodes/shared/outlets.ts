// What the nodes that serve all outlets of a station have in common: which outlet a message is about, which outlets there
// are, and one status for them all.
import { everyOutlet, type OutletAt } from '../../hardware/settings.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { asFault, NodeFault } from './handlers.ts';
import type { Message } from './red.ts';
import type { Status } from './status.ts';
import { numberOf } from './values.ts';

/** The outlets of a station; where it cannot even be read, the first one, which then says why. */
export function outletsIn(charging: ChargingStation): readonly OutletAt[] {
  try {
    return everyOutlet(charging.plan.outlets);
  } catch {
    return everyOutlet(1);
  }
}

/**
 * The outlet that a message is about: `msg.outlet`, 1 where that is not set.
 * @throws {NodeFault} `bad-outlet`
 */
export function outletOf({ outlet }: Message, outlets: number): number {
  if (outlet === undefined || outlet === null) return 1;
  const number = numberOf(outlet);
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= outlets) return number;
  const value = String(outlet).slice(0, 20);
  const takes =
    outlets === 1 ? '1 or nothing: this station has one outlet' : `the number of an outlet, 1 to ${outlets}`;
  throw new NodeFault('bad-outlet', `msg.outlet is "${value}"; it takes ${takes}.`, { values: { value, outlets } });
}

/** A fault of one of several outlets says of which: its status and its words begin with the number. */
export function faultOf({ outlet, outlets }: OutletAt, thrown: unknown): Error & { code: string } {
  const fault = asFault(thrown);
  return outlets === 1 ? fault : Object.assign(fault, { outlet });
}

/** How one outlet looks. */
export interface Look {
  readonly fault?: Error;
  /** The good case: a vehicle is there, the relay is on. */
  readonly active?: boolean;
  /** Where the node serves this outlet alone. */
  show(status: Status): void;
}

/** The status of a node: its only outlet's; of several, the first fault, else how many are active. */
export class OutletLooks {
  readonly #status: Status;
  readonly #looks: (Look | undefined)[];

  constructor(status: Status, outlets: number) {
    this.#status = status;
    this.#looks = Array.from({ length: outlets }, () => undefined);
  }

  set({ outlet }: OutletAt, look: Look): void {
    this.#looks[outlet - 1] = look;
    if (this.#looks.length === 1) {
      look.show(this.#status);
      return;
    }
    const fault = this.#looks.find((one) => one?.fault)?.fault;
    const active = this.#looks.filter((one) => one?.active).length;
    const values = { active, outlets: this.#looks.length };
    if (fault) this.#status.failed(fault);
    else if (active > 0) this.#status.active('several', values);
    else this.#status.ready('several', values);
  }
}
