// The config node that the nodes of one charger share: it opens the station's journal and its pins once, tells all its
// users when either cannot be opened, and closes them when the last user has let go.

import type { DisplayLanguage } from '../../charging/station/conversation/screens.ts';
import { Station } from '../../charging/station/station.ts';
import type { Clocks } from '../../charging/station/types.ts';
import type { DriverName, GpioDriver, Line } from '../../hardware/gpio/driver.ts';
import { type KernelSettings, kernelSettings } from '../../hardware/gpio/kernel-settings.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { bootProblems, readBootSettings } from '../../hardware/raspberry-pi/boot-level.ts';
import { readStationPins } from '../../hardware/station-pins.ts';
import { openDocuments } from '../shared/documents.ts';
import { NodeFault, onClose } from '../shared/handlers.ts';
import { logReadably } from '../shared/readable-errors.ts';
import type { RED, RedNode } from '../shared/red.ts';
import { filledIn } from '../shared/settings.ts';
import { codeOf } from '../shared/status.ts';
import { migrated } from '../shared/versions.ts';
import { askIssuers, differences, issuerIsHere } from './issuer-key.ts';
import { serveKey } from './key-reading.ts';
import { Lines, type LineUser } from './lines.ts';
import { machineClocks } from './machine-clocks.ts';
import { servePins } from './pins.ts';
import { RemoteControl } from './remote-control.ts';
import { setMachineClockBy } from './setting-the-clock.ts';
import { type ChargingStationConfig, languageOf, MIGRATIONS, planStation, type StationPlan } from './settings.ts';
import { keyOf, secretOf } from './station-key.ts';
import type { ChargingStation, StationUser } from './station-user.ts';

/** A user that never lets go must not keep Node-RED from stopping. */
const USERS_WAIT_MS = 8_000;
/** Between two tries of a journal that could not be opened: nobody can log in to restart a station. */
const JOURNAL_AGAIN_MS = 10_000;
/** Between two questions for a key: at a first deploy the station is registered while this one starts. */
const KEY_AGAIN_MS = 250;
/** After so many questions the log says what is missing. */
const KEY_SAID_AFTER = 40;
const TIMEKEEPING_MS = 60_000;
/** What room on the disk, a mount, the end of another program or an operator mends. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'journal-not-writable',
  'journal-in-use',
  'journal-shared',
  // An operator may confirm these without a restart.
  'journal-behind',
  'key-not-new',
  'key-file-old',
  'key-awaited',
]);
/** Journals open in this process, by their folder: the lock on the disk cannot say that it is a station beside this one. */
const openJournals = new Map<string, string>();

export default function chargingStation(red: RED): void {
  function ChargingStationNode(this: RedNode<{ key?: string }>, config: ChargingStationConfig) {
    red.nodes.createNode(this, config);
    logReadably(this, (error) => error.message);
    const key = secretOf(this.credentials?.key);
    const userDir = typeof red.settings.userDir === 'string' ? red.settings.userDir : process.cwd();
    const opened = new OpenedStation(red, this, {
      simulated: filledIn(config.driver) === 'simulated',
      language: languageOf(config.language),
      plan: () => planStation(migrated(config, MIGRATIONS), key, userDir, () => issuerIsHere(red)),
    });
    Object.assign(this, { charging: opened });
    onClose(this, () => opened.close());
  }
  servePins(red);
  openDocuments(red);
  serveKey(red);
  red.nodes.registerType('charging station', ChargingStationNode, {
    credentials: { key: { type: 'password' } },
  });
}

interface Planned {
  readonly simulated: boolean;
  readonly language: DisplayLanguage;
  /** Throws the `NodeFault` of a setting that is wrong. */
  readonly plan: () => StationPlan;
}

class OpenedStation implements ChargingStation {
  readonly remote = new RemoteControl();
  readonly lines = new Lines((line, user, other) => this.#lineTaken(line, user, other));
  readonly #red: RED;
  readonly #node: RedNode;
  readonly #users = new Set<StationUser>();
  #plan: StationPlan | undefined;
  #station: Station | undefined;
  #gpio: Promise<GpioDriver> | undefined;
  #pins: string | undefined;
  #fault: NodeFault | undefined;
  /** Stands until the journal can be opened. */
  #journalFault: NodeFault | undefined;
  #again: NodeJS.Timeout | undefined;
  /** From the code issuer of this Node-RED, where the plan has none. */
  #key: Uint8Array | undefined;
  #askedForKey = 0;
  #timekeeping: NodeJS.Timeout | undefined;
  #lastUserLeft: (() => void) | undefined;

  readonly simulated: boolean;
  readonly language: DisplayLanguage;

  constructor(red: RED, node: RedNode, { simulated, language, plan }: Planned) {
    this.#red = red;
    this.#node = node;
    this.simulated = simulated;
    this.language = language;
    try {
      this.#plan = plan();
    } catch (error) {
      this.#broken(error);
    }
  }

  get plan(): StationPlan {
    if (this.#fault) throw this.#fault;
    return this.#plan!;
  }

  get station(): Station {
    const plan = this.plan;
    if (this.#journalFault) throw this.#journalFault;
    if (this.#station === undefined) {
      try {
        this.#station = this.#openStation(plan);
      } catch (error) {
        throw PASSING.has(codeOf(error)) ? this.#withoutJournal(error) : this.#broken(error);
      }
    }
    return this.#station;
  }

  #openStation({ settings: terms, key = this.#key, journalFolder, keepSessions, past }: StationPlan): Station {
    if (key === undefined) throw new NodeFault('key-awaited', `No code issuer here knows ${terms.stationId} yet.`);
    const settings = { ...terms, key };
    const other = openJournals.get(journalFolder);
    if (other !== undefined) {
      throw new NodeFault('journal-shared', `The station ${other} has the folder ${journalFolder}.`);
    }
    const onMarkTrouble = (error: Error) => {
      const key = 'charging-station.warning.mark';
      const words = this.#red._(key, { file: past.mark, detail: error.message });
      this.#node.warn(words.endsWith(key) ? `The mark ${past.mark} cannot be written: ${error.message}` : words);
    };
    const clocks = machineClocks();
    const station = Station.open(settings, {
      folder: journalFolder,
      keepSessions,
      clocks,
      past: { ...past, onMarkTrouble },
      onSynchronized: () => void this.#setClock(station, clocks),
    });
    openJournals.set(journalFolder, settings.stationId);
    // Time powered is written down also where no session asks for the clock: sure time grows with it.
    clearInterval(this.#timekeeping);
    this.#timekeeping = setInterval(() => station.clockState(), TIMEKEEPING_MS).unref();
    return station;
  }

  /** The station's time is right already; a machine that keeps its own does no harm, so that is a warning and no fault. */
  async #setClock(station: Station, clocks: Clocks): Promise<void> {
    let detail: string | undefined;
    try {
      detail = await setMachineClockBy(station, clocks, process.env.CLOCK_SOCKET);
    } catch (error) {
      detail = (error as Error).message;
    }
    if (detail === undefined) return;
    const key = 'charging-station.warning.clock';
    const words = this.#red._(key, { detail });
    this.#node.warn(words.endsWith(key) ? detail : words);
  }

  #withoutJournal(error: unknown): NodeFault {
    const fault = this.#explained(error);
    this.#journalFault = fault;
    if (fault.code !== 'key-awaited') this.#node.error(fault);
    for (const user of this.#users) user.onJournal?.(fault);
    this.#tryLater(fault);
    return fault;
  }

  #tryLater({ code }: { readonly code?: string | undefined }): void {
    if (code === 'key-awaited') this.#again = setTimeout(() => void this.#askForKey(), KEY_AGAIN_MS);
    else this.#again = setTimeout(() => this.#tryAgain(), JOURNAL_AGAIN_MS);
  }

  async #askForKey(): Promise<void> {
    const { settings } = this.#plan!;
    const given = await askIssuers(this.#red, settings.stationId);
    if (this.#fault) return;
    const detail = given === undefined ? '' : differences(given, settings).join(', ');
    if (detail !== '') {
      this.#broken(new NodeFault('terms-differ', detail));
      return;
    }
    if (given !== undefined) this.#key = keyOf(given.key);
    else if (++this.#askedForKey === KEY_SAID_AFTER) this.#node.warn(this.#journalFault!.message);
    this.#tryAgain();
  }

  #tryAgain(): void {
    if (this.#fault) return;
    try {
      this.#station = this.#openStation(this.plan);
    } catch (error) {
      if (PASSING.has(codeOf(error))) this.#tryLater({ code: codeOf(error) });
      else this.#broken(error);
      return;
    }
    this.#journalFault = undefined;
    for (const user of this.#users) user.onJournal?.();
  }

  async gpio(): Promise<GpioDriver> {
    const { driver, gpioFolder } = this.plan;
    this.#gpio ??= this.#open(driver, gpioFolder);
    try {
      return await this.#gpio;
    } catch (error) {
      throw this.#broken(error);
    }
  }

  async #open(name: DriverName, folder: string | undefined): Promise<GpioDriver> {
    const { driver, description } = await openPins(this.#red, this.#node, name, folder);
    this.#pins = description;
    for (const user of this.#users) user.onPins?.(description);
    return this.lines.watch(driver);
  }

  join(user: StationUser): () => void {
    this.#users.add(user);
    if (this.#fault) user.onFault(this.#fault);
    else if (this.#journalFault) user.onJournal?.(this.#journalFault);
    if (this.#pins !== undefined) user.onPins?.(this.#pins);
    return () => {
      if (this.#users.delete(user) && this.#users.size === 0) this.#lastUserLeft?.();
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#again);
    clearInterval(this.#timekeeping);
    if (this.#users.size > 0) await this.#allUsersLeft();
    if (this.#station !== undefined) openJournals.delete(this.#plan!.journalFolder);
    this.#station?.dispose();
    this.#station = undefined;
    this.#fault ??= new NodeFault('closed', 'The station is closed.');
  }

  #allUsersLeft(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, USERS_WAIT_MS);
      this.#lastUserLeft = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** From now on nothing works, and every user says why: a station that is not whole sells nothing. */
  #broken(error: unknown): NodeFault {
    if (this.#fault) return this.#fault;
    const fault = this.#explained(error);
    this.#fault = fault;
    this.#node.error(fault);
    for (const user of this.#users) user.onFault(fault);
    return fault;
  }

  /** Of one node alone: the rest of the station goes on. */
  #lineTaken(line: Line, user: LineUser, other: LineUser): NodeFault {
    const plain = `The line ${line} is set for two: ${other} and ${user}. Give each a line of its own.`;
    return new NodeFault('line-taken', plain, { values: { line, user: other, other: user } });
  }

  /** The catalogue's words for the error's code, then what the error itself says. */
  #explained(error: unknown): NodeFault {
    const code = codeOf(error) ?? 'unexpected';
    const detail = error instanceof Error ? error.message : String(error);
    const key = `charging-station.errors.${code}`;
    // Users whose own words for the code are these have the same gaps to fill.
    const values = { ...(error as Partial<NodeFault>).values, detail };
    const words = this.#red._(key, values);
    return new NodeFault(code, words.endsWith(key) ? detail : words, { cause: error, values });
  }
}

interface Pins {
  readonly driver: GpioDriver;
  /** For a status: `gpiod: /dev/gpiochip0 [pinctrl-bcm2711]`, `simulated`. */
  readonly description: string;
}

/** @throws a `GpioError` that says what to do */
async function openPins(red: RED, node: RedNode, name: DriverName, folder: string | undefined): Promise<Pins> {
  const driver = await openDriver(name, { folder });
  if (driver.name === 'simulated') return { driver, description: 'simulated' };
  node.log(`GPIO: ${driver.description}`);
  tellKernel(red, node, kernelSettings());
  tellBootLevel(red, node, driver);
  return { driver, description: driver.description };
}

/** Warns of a firmware that knows another pin, or another level, of the relay than the variables do now. */
export function tellBootLevel(red: RED, node: RedNode, { chips }: Pick<GpioDriver, 'chips'>, root?: string): void {
  const boot = readBootSettings(root);
  // A Node-RED whose relay no variable names is not ours to judge.
  const { RELAY_LINE, GUARD_RELAYS } = process.env;
  if (boot === undefined || !(RELAY_LINE || GUARD_RELAYS)) return;
  const relays = readStationPins(process.env).pins.filter(({ use }) => use === 'relay');
  for (const { setting, pin } of relays) {
    for (const { file, says = '–', write, pin: text } of bootProblems([pin], boot, chips))
      node.warn(red._('charging-station.warning.boot-level', { setting, pin: text, file, says, write }));
  }
}

/** Warns of a kernel under which a relay may stay closed when its program dies. */
export function tellKernel(red: RED, node: RedNode, { outputsAfterDeath, source = '' }: KernelSettings): void {
  if (outputsAfterDeath === 'kept') node.warn(red._('charging-station.warning.outputs-kept', { source }));
}
