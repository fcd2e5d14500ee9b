// `detect vehicle`: of each outlet true or false as a vehicle is connected or not, from a contact, a control pilot or the load.
import { debouncedInput } from '../../hardware/gpio/debounce.ts';
import { LoadCurrentDetector } from '../../hardware/pilot/load-current.ts';
import { joinStation } from '../charging-station/station-user.ts';
import { onFlowsStarted } from '../shared/flows-started.ts';
import { guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { isMendedBySettings } from '../shared/opening.ts';
import { closeParts, faultOf, OutletLooks, OutletPart, outletOf, outletsIn } from '../shared/outlets.ts';
import type { Message } from '../shared/red.ts';
import { codeOf } from '../shared/status.ts';
import { offerTries } from '../shared/tries.ts';
import { fieldsOf } from '../shared/values.ts';
import { migrated } from '../shared/versions.ts';
import { openPilot } from './pilot.ts';
import { type DetectVehicleConfig, MIGRATIONS, planContact, planLoad, sourceOf } from './settings.ts';

/** Between two attempts at a line that was lost or is busy. */
const AGAIN_MS = 5_000;
/** Between two looks at a load that may have gone. */
const LOOK_MS = 1_000;
/** So often the level is told again: a message that is lost, or a wire that is cut, must not leave a session in a belief. */
const TELL_AGAIN_MS = 1_000;

interface Source {
  close(): Promise<void>;
}

// Where a newer version saved it, the session has to hear that nobody sees the vehicle.
const OPTIONS = { uses: 'station', readsItself: true, hasTries: true } as const;

export default nodeType<DetectVehicleConfig>('detect vehicle', OPTIONS, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station);
  const outlets = outletsIn(charging);
  const looks = new OutletLooks(status, outlets.length);
  const detections = outlets.map((at) => new Detection(at, { node, status, looks, charging, config }));
  const forget = onFlowsStarted(red, () => {
    for (const detection of detections) detection.announce();
  });

  onInput(node, status, (message) => detections[outletOf(message, outlets.length) - 1]!.hear(message));
  const look = () => ({ result: 'seen', outlets: detections.map(({ seen }) => ({ result: seen })) });
  offerTries(node, { look }, () => charging.plan);
  onClose(node, (removed) => {
    forget();
    return closeParts(detections, removed, leave);
  });
  for (const detection of detections) detection.start();
});

/** The vehicle of one outlet. */
class Detection extends OutletPart<DetectVehicleConfig> {
  #load: LoadCurrentDetector | undefined;
  #look: NodeJS.Timeout | undefined;
  #opening: Promise<void> = Promise.resolve();
  #source: Source | undefined;
  #again: NodeJS.Timeout | undefined;
  #tellingAgain: NodeJS.Timeout | undefined;
  #closed = false;
  /** Undefined until the first look, and while the line is lost. */
  #connected: boolean | undefined;
  /** The open contact was seen closed, and is not believed yet. */
  #settling = false;
  #fault: string | undefined;

  /** By the last look. */
  get seen(): 'connected' | 'none' | 'unknown' {
    if (this.#connected === undefined) return 'unknown';
    return this.#connected ? 'connected' : 'none';
  }

  start(): void {
    const again = () => {
      if (this.#connected !== undefined) this.#tell();
    };
    this.#tellingAgain = setInterval(guarded(this.node, this.status, again), TELL_AGAIN_MS);
    this.#opening = this.#open().catch((error: unknown) => this.#lost(error));
  }

  async #open(): Promise<void> {
    const config = migrated(this.config, MIGRATIONS);
    const by = sourceOf(config);
    if (by === 'load') return this.#watch(config);
    const source = by === 'pilot' ? await this.#pilot(config) : await this.#contact(config);
    if (this.#closed) await source.close();
    else this.#source = source;
  }

  /** That a load is missing is seen by the time that passes. */
  #watch(config: DetectVehicleConfig): void {
    void this.charging.plan;
    const load = new LoadCurrentDetector(planLoad(config));
    this.#load = load;
    clearInterval(this.#look);
    const look = () => this.#level(load.connected(performance.now()));
    this.#look = setInterval(look, LOOK_MS);
    look();
  }

  async #contact(config: DetectVehicleConfig): Promise<Source> {
    const { line, ...contact } = planContact(config, this.at);
    return debouncedInput(await this.charging.gpio(), line, {
      ...contact,
      consumer: 'vehicle',
      onLevel: guarded(this.node, this.status, (level: boolean) => this.#level(level)),
      onSettling: guarded(this.node, this.status, (settling: boolean) => this.#settles(settling)),
      onLost: (error) => this.#lost(error),
    });
  }

  #pilot(config: DetectVehicleConfig): Promise<Source> {
    void this.charging.plan;
    // One converter and one generator know one vehicle.
    if (this.at.outlets > 1)
      throw new NodeFault('pilot-outlets', 'The control pilot is read at a station with one outlet alone.');
    return openPilot(config, {
      onConnected: (connected, state) => this.#level(connected, state),
      onFault: (fault) => this.#lost(new NodeFault(fault.code, fault.message), 'recovers by itself'),
    });
  }

  /** In load detection: `relay` and `meter` messages. Elsewhere nothing is wired here. */
  hear(message: Message): void {
    const { topic, payload } = message;
    if (!this.#load) throw new NodeFault('no-input', 'Only load detection takes messages.');
    const values = fieldsOf(payload);
    const now = performance.now();
    if (topic === 'relay' && typeof values.on === 'boolean') this.#load.relay(values.on, now);
    else if (topic === 'meter' && typeof values.powerW === 'number') this.#load.power(values.powerW, now);
    else if (topic !== 'meter') {
      throw new NodeFault('bad-input', 'Wire "read meter" and the first output of "control relay" to this node.');
    }
    this.#level(this.#load.connected(now));
  }

  /** Told again, for nodes that have just been started. */
  announce(): void {
    if (this.#connected !== undefined) this.#tell();
    else if (this.#fault !== undefined) this.tellFault(this.#fault, true);
  }

  /** `removed`: the node was deleted or disabled. Else another takes its place at once, and tells what it finds. */
  async close(removed: boolean): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    clearInterval(this.#look);
    clearInterval(this.#tellingAgain);
    // A turn later a session that stops in the same deploy is out of reach: it goes on when it starts again.
    setImmediate(() => {
      if (removed) this.#tellUnknown({ everyMs: TELL_AGAIN_MS, restarting: true });
      // Whoever comes next knows nothing of it, so nobody else would take it back.
      if (this.#fault !== undefined) this.tellFault(this.#fault, false);
    });
    await this.#opening;
    await this.#source?.close();
  }

  #level(connected: boolean, pilotState?: string): void {
    if (this.#closed) return;
    if (this.#fault !== undefined) {
      const gone = this.#fault;
      this.#fault = undefined;
      this.tellFault(gone, false);
    }
    const key = connected ? 'connected' : 'none';
    const values = { pilot: pilotState === undefined ? '' : ` (${pilotState})` };
    this.show((status) => (connected ? status.active(key, values) : status.ready(key, values)), { active: connected });
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#settling = false;
    this.#tell();
  }

  #settles(settling: boolean): void {
    if (this.#closed || this.#connected === undefined) return;
    this.#settling = settling;
    this.#tell();
  }

  #tell(): void {
    const settling = this.#settling ? { settling: true } : {};
    const { outlet } = this.at;
    this.node.send({ topic: 'vehicle', outlet, payload: this.#connected, everyMs: TELL_AGAIN_MS, ...settling });
  }

  /** @param more it may come back: the node is disabled, say */
  #tellUnknown(more: { readonly everyMs?: number; readonly restarting?: true } = {}): void {
    this.node.send({ topic: 'vehicle', outlet: this.at.outlet, payload: null, ...more });
  }

  /** Nobody knows any more whether a vehicle is there: the session hears of it, and this node tries again. */
  #lost(error: unknown, recovery?: 'recovers by itself'): void {
    if (this.#closed) return;
    const fault = faultOf(this.at, error);
    this.show((status) => status.failed(fault), { fault });
    if (this.#fault === undefined) {
      this.#fault = 'gpio-lost';
      this.#connected = undefined;
      this.node.error(fault, {});
      this.tellFault(this.#fault, true);
      this.#tellUnknown();
    }
    if (recovery === undefined && !isPermanent(codeOf(fault))) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => {
        const before = this.#source;
        this.#source = undefined;
        this.#opening = (before?.close() ?? Promise.resolve())
          .catch(() => {})
          .then(() => this.#open())
          .catch((again: unknown) => this.#lost(again));
      }, AGAIN_MS);
    }
  }
}

/** Only a change of the settings mends these. */
const isPermanent = (code = '') => code === 'pilot-outlets' || isMendedBySettings(code);
