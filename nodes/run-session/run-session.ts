// `run session`: what the other nodes of a charger tell, in; the relay's command, the display and the records, out.
import { Charger, type ChargerRecord } from '../../charging/station/session/charger.ts';
import { type Language, type Screen, words } from '../../charging/station/session/screens.ts';
import { sessionConfig } from '../../charging/station/session/states.ts';
import type { Snapshot } from '../charging-station/bench.ts';
import { given, number } from '../charging-station/given.ts';
import { onFlowsStarted } from '../charging-station/started.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import type { Message, NodeConfig, RED, RedNode } from '../shared/red.ts';
import { guarded, onClose, onInput } from '../shared/road.ts';
import { codeOf, Status } from '../shared/status.ts';
import { type Heard, heard } from './inputs.ts';
import { Levels } from './levels.ts';

interface RunSessionConfig extends NodeConfig {
  readonly station?: string;
  /** W; a meter that counts faster is not believed. */
  readonly highestPowerW?: unknown;
  /** A; above it the session stops. */
  readonly highestCurrentA?: unknown;
}

/** A few turns of the event loop, for flows with a node or two between session and relay. */
const AFTER_RELAY_MS = 4;

type Output = 'relay' | 'display' | 'record';

export default function runSession(red: RED): void {
  function RunSessionNode(this: RedNode, config: RunSessionConfig) {
    red.nodes.createNode(this, config);
    const status = new Status(red, this, 'run-session');
    const { charging, leave } = joinStation(red, status, config.station, (fault) => {
      if (fault) status.failed(fault);
      else start();
    });
    const session = new SessionNode(this, status, charging);
    let leaveBench = () => {};

    const start = guarded(this, status, () => session.start(config));
    const forget = onFlowsStarted(red, start);
    onInput(this, status, (message) => session.hear(message));
    onClose(this, () => {
      forget();
      leaveBench();
      try {
        session.stop();
      } finally {
        leave();
      }
    });
    try {
      leaveBench = charging.bench.session(() => session.snapshot());
      // The journal is opened here already, so that what is wrong with it shows at once.
      void charging.station;
    } catch {
      // The station has told all its users, this one too.
    }
  }
  red.nodes.registerType('run session', RunSessionNode);
}

class SessionNode {
  readonly #node: RedNode;
  readonly #status: Status;
  readonly #charging: ChargingStation;
  #charger: Charger | undefined;
  /** What is being heard: what the session does now, it does because of that message. */
  #cause: Message | undefined;
  #screen: Screen | undefined;
  /** Why it could not begin. */
  #broken: unknown;
  /** Heard before it began. */
  readonly #levels = new Levels();

  constructor(node: RedNode, status: Status, charging: ChargingStation) {
    this.#node = node;
    this.#status = status;
    this.#charging = charging;
  }

  /** After each deploy, and when a journal that failed works again: begins, or shows again what stands on the display. */
  start(config: RunSessionConfig): void {
    if (this.#charger) {
      if (this.#screen) this.#display(this.#screen);
      return;
    }
    try {
      this.#begin(config);
      this.#broken = undefined;
    } catch (error) {
      this.#broken = error;
      // A customer must not read "ready" on a station that can't sell.
      const fault = codeOf(error)?.startsWith('journal') ? 'journal-not-writable' : 'gpio-lost';
      this.#display({ name: 'fault', values: { fault } });
      throw error;
    }
  }

  #begin(config: RunSessionConfig): void {
    const { plan, station } = this.#charging;
    const charger = new Charger({
      journal: station,
      config: sessionConfig({
        unit: plan.settings.unit,
        ...limit('highestPowerW', config.highestPowerW),
        ...limit('highestCurrentA', config.highestCurrentA),
      }),
      clocks: { monotonicMs: () => performance.now() },
      schedule: (ms, callback) => {
        const timer = setTimeout(guarded(this.#node, this.#status, callback), ms);
        return () => clearTimeout(timer);
      },
      // By then the order has gone through the flow and out to the guard: immediates come before timers.
      afterRelay: (callback) => {
        const cause = this.#cause;
        const go = guarded(this.#node, this.#status, () => this.#because(cause, callback));
        setTimeout(go, AFTER_RELAY_MS);
      },
      language: plan.language,
      emit: {
        relay: (on) => this.#send('relay', { topic: 'relay', payload: on }),
        display: (screen) => this.#display(screen),
        record: (record) => this.#record(record),
      },
    });
    this.#charger = charger;
    for (const input of this.#levels.take()) this.#pass(input, charger);
    charger.start();
    this.#show();
  }

  hear(message: Message): void {
    const { plan, bench } = this.#charging;
    const input = heard(message, plan.settings);
    const charger = this.#charger;
    if (!charger) {
      if (!this.#levels.keep(input) && this.#broken !== undefined) throw this.#broken;
      return;
    }
    try {
      this.#because(message, () => this.#pass(input, charger));
    } finally {
      if (input.topic === 'voucher' || input.topic === 'service' || input.topic === 'refused') bench.entryHeard();
      bench.changed();
    }
    if ('misread' in input && input.misread) throw input.misread;
  }

  /** What the session does in `work`, it does because of that message. */
  #because(message: Message | undefined, work: () => void): void {
    this.#cause = message;
    try {
      work();
    } finally {
      this.#cause = undefined;
    }
    this.#show();
  }

  #pass(input: Heard, charger: Charger): void {
    switch (input.topic) {
      case 'voucher':
        charger.voucher(input.voucher);
        break;
      case 'service':
        charger.service(input.operation, input.sequence);
        break;
      case 'refused':
        charger.refused(input.verdict);
        break;
      case 'vehicle':
        charger.vehicle(input.connected, input.settling);
        break;
      case 'meter':
        charger.meter(input.reading);
        break;
      case 'relay':
        charger.relay(input.relay);
        break;
      case 'relay-fault':
        charger.relayFault(input.code, input.standing);
        break;
      case 'fault':
        charger.fault(input.code, input.standing);
        break;
      case 'key':
        charger.key(input.key);
        break;
      case 'typed':
        charger.typed(input.digits);
        break;
    }
  }

  stop(): void {
    this.#charger?.stop();
    this.#charger = undefined;
  }

  snapshot(): Snapshot | undefined {
    if (this.#charger) return this.#charger.snapshot();
    if (this.#broken === undefined || !this.#screen) return undefined;
    const display = words(this.#screen, this.#identity().language);
    return { state: 'fault', relay: false, vehicle: false, display, outcome: null, receipt: null };
  }

  #record(record: ChargerRecord): void {
    this.#send('record', { topic: record.kind, payload: record });
    this.#changed();
  }

  #display(screen: Screen): void {
    this.#screen = screen;
    const { language, station } = this.#identity();
    const both = { en: words(screen, 'en'), 'zh-CN': words(screen, 'zh-CN') };
    const payload = { screen: screen.name, values: screen.values, lines: both[language], words: both, station };
    this.#send('display', { topic: 'display', payload });
    this.#changed();
  }

  /** A station that cannot even be read still shows that it is out of order. */
  #identity(): { language: Language; station: string } {
    try {
      const { language, settings } = this.#charging.plan;
      return { language, station: settings.stationId };
    } catch {
      return { language: 'en', station: '' };
    }
  }

  #send(output: Output, added: Message): void {
    const message = { ...this.#cause, ...added };
    this.#node.send([
      output === 'relay' ? message : null,
      output === 'display' ? message : null,
      output === 'record' ? message : null,
    ]);
  }

  #changed(): void {
    // While a message is heard, its end shows what all came of it.
    if (this.#cause === undefined) this.#show();
    this.#charging.bench.changed();
  }

  #show(): void {
    const snapshot = this.#charger?.snapshot();
    if (!snapshot) return;
    const { state, remaining, unit, faults } = snapshot;
    const left = `${unit === 'min' ? Math.ceil(remaining) : Math.round(remaining)} ${this.#status.text(`unit.${unit}`)}`;
    if (state === 'fault') this.#status.refused('fault', { fault: faults[0] ?? '' });
    else if (state === 'charging') this.#status.active(state, { left });
    else if (state === 'idle' && faults.length === 0) this.#status.ready(state);
    else this.#status.busy(state, { left });
  }
}

function limit(name: 'highestPowerW' | 'highestCurrentA', value: unknown): Record<string, number> {
  return given(value) === undefined ? {} : { [name]: number(value, 0, 1) };
}
