// What the nodes that serve all outlets of a station have in common: which outlet a message is about, which outlets there
// are, and one status for them all.
import { everyOutlet, type OutletAt } from '../../hardware/settings.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { asFault, NodeFault } from './handlers.ts';
import type { Message, RedNode } from './red.ts';
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
interface Look {
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

/** What the part of a node that serves one outlet is made with. */
export interface OutletParts<Config> {
  readonly node: RedNode;
  readonly status: Status;
  readonly looks: OutletLooks;
  readonly charging: ChargingStation;
  readonly config: Config;
}

/** The part of a node that serves one outlet. */
export class OutletPart<Config> {
  protected readonly at: OutletAt;
  protected readonly node: RedNode;
  protected readonly status: Status;
  protected readonly charging: ChargingStation;
  protected readonly config: Config;
  readonly #looks: OutletLooks;

  constructor(at: OutletAt, { node, status, looks, charging, config }: OutletParts<Config>) {
    this.at = at;
    this.node = node;
    this.status = status;
    this.charging = charging;
    this.config = config;
    this.#looks = looks;
  }

  protected show(show: Look['show'], of: Omit<Look, 'show'> = {}): void {
    this.#looks.set(this.at, { ...of, show });
  }

  protected tellFault(code: string, standing: boolean): void {
    this.node.send({ topic: 'fault', outlet: this.at.outlet, payload: { code, standing } });
  }
}

/** Closes all parts of a node; the station is left once they are closed, or could not be. */
export async function closeParts(
  parts: readonly { close(removed: boolean): Promise<void> }[],
  removed: boolean,
  leave: () => void,
): Promise<void> {
  try {
    await Promise.all(parts.map((part) => part.close(removed)));
  } finally {
    leave();
  }
}
