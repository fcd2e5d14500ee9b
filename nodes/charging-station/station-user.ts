// How a node uses its charging station.
import type { DisplayLanguage } from '../../charging/station/conversation/screens.ts';
import type { Station } from '../../charging/station/station.ts';
import type { GpioDriver } from '../../hardware/gpio/driver.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { RED, RedNode } from '../shared/red.ts';
import type { Status } from '../shared/status.ts';
import { Lines } from './lines.ts';
import type { RemoteControl } from './remote-control.ts';
import type { StationPlan } from './settings.ts';

/** Where the guard listens, unless the dialog says otherwise. */
export const GUARD_SOCKET = '/run/offline-charging/guard.sock';

/** What the config node offers. All that it opens is opened once, when first asked for, and shared. */
export interface ChargingStation {
  /** Throws the `NodeFault` that stands. */
  readonly plan: StationPlan;
  /** Whether its pins are simulated, also while a fault stands. */
  readonly simulated: boolean;
  /** Of what the station shows to customers, also while a fault stands. */
  readonly language: DisplayLanguage;
  /** Throws the `NodeFault` that stands: settings, key, journal. */
  readonly station: Station;
  /** Rejects with the `NodeFault` that stands: settings, pins. */
  gpio(): Promise<GpioDriver>;
  /** Which GPIO line is whose; those of `gpio` are in it. */
  readonly lines: Lines;
  readonly remote: RemoteControl;
  /** Gives the function that leaves again; until all have left, the station stays open. */
  join(user: StationUser): () => void;
}

export interface StationUser {
  /** The station cannot work; called at once when it already can't. */
  onFault(fault: NodeFault): void;
  /**
   * Its journal cannot be opened for now, and `station` throws; the rest works. Called at once when that is so already. It
   * is tried again by itself, and once it is open this is called without a fault.
   */
  onJournal?(fault?: NodeFault): void;
  /** The pins are open: by which driver, and on which chip. */
  onPins?(description: string): void;
}

/**
 * Joins the station that `id` names. What is wrong with it shows in the node's status.
 * Without a station, every use of what comes back throws a `NodeFault` `no-station`.
 */
export function joinStation(
  red: RED,
  status: Status,
  id: unknown,
  onJournal?: StationUser['onJournal'],
): { charging: ChargingStation; leave: () => void } {
  const node = typeof id === 'string' ? (red.nodes.getNode(id) as (RedNode & WithStation) | null | undefined) : null;
  const charging = node?.charging ?? new MissingStation(status.text('errors.no-station'));
  return {
    charging,
    leave: charging.join({ onFault: (fault) => status.broken(fault), ...(onJournal && { onJournal }) }),
  };
}

interface WithStation {
  readonly charging?: ChargingStation;
}

class MissingStation implements ChargingStation {
  readonly simulated = false;
  readonly language = 'en';
  readonly lines = new Lines(() => this.#fault);
  readonly #fault: NodeFault;
  constructor(words: string) {
    this.#fault = new NodeFault('no-station', words);
  }
  get plan(): StationPlan {
    throw this.#fault;
  }
  get station(): Station {
    throw this.#fault;
  }
  get remote(): RemoteControl {
    throw this.#fault;
  }
  gpio(): Promise<GpioDriver> {
    return Promise.reject(this.#fault);
  }
  join(user: StationUser): () => void {
    user.onFault(this.#fault);
    return () => {};
  }
}
