// `control relay`: on and off in; what the relay really does, and its faults, out.
import { directRelay, guardedRelay, type Relay, RelayError, type RelayState } from '../../hardware/relay/relay.ts';
import { onFlowsStarted } from '../charging-station/started.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import type { Message, RED, RedNode } from '../shared/red.ts';
import { guarded, NodeFault, onClose, onInput } from '../shared/road.ts';
import { Status } from '../shared/status.ts';
import { type Command, commandOf } from './command.ts';
import { FeedbackContact } from './contact.ts';
import { type ControlRelayConfig, planRelay, type RelayPlan } from './settings.ts';

const GUARD_SOCKET = '/run/offline-charging/guard.sock';

/** What the first output says. */
interface Actual {
  readonly on: boolean;
  readonly ready: boolean;
  readonly readyInSeconds: number;
}

export default function controlRelay(red: RED): void {
  function ControlRelayNode(this: RedNode, config: ControlRelayConfig) {
    red.nodes.createNode(this, config);
    const status = new Status(red, this, 'control-relay');
    const { charging, leave } = joinStation(red, status, config.station);
    const control = new RelayControl(this, status, charging);
    const forget = onFlowsStarted(red, () => control.announce());

    onInput(this, status, (message) => control.hear(message));
    onClose(this, async () => {
      forget();
      try {
        await control.close();
      } finally {
        leave();
      }
    });
    guarded(this, status, () => control.open(planRelay(config)))();
  }
  red.nodes.registerType('control relay', ControlRelayNode);
}

/** No faults: the contactor needs its rest, a later order overtook this one, the flow was being stopped. */
const EXPECTED: ReadonlySet<string> = new Set(['not-ready', 'superseded', 'closed']);

class RelayControl {
  readonly #node: RedNode;
  readonly #status: Status;
  readonly #charging: ChargingStation;
  #through: RelayPlan['through'] = 'guard';
  #opening: Promise<void> = Promise.resolve();
  #relay: Relay | undefined;
  #contact: FeedbackContact | undefined;
  #closed = false;
  /** Off again when the minutes of a voucher are over. */
  #timer: NodeJS.Timeout | undefined;
  #untilMs = 0;
  #countdown: NodeJS.Timeout | undefined;
  /** The command being carried out: what the relay does now, it does because of that message. */
  #cause: Message | undefined;
  #told = '';
  /** Codes of the faults that stand, as they were told. */
  readonly #faults = new Set<string>();
  #contactFault: string | undefined;

  constructor(node: RedNode, status: Status, charging: ChargingStation) {
    this.#node = node;
    this.#status = status;
    this.#charging = charging;
  }

  /** @throws a `NodeFault` of the station or a `GpioError`: then there is no relay, and each command says so */
  open(plan: RelayPlan): Promise<void> {
    this.#opening = this.#open(plan);
    return this.#opening;
  }

  async #open(plan: RelayPlan): Promise<void> {
    this.#through = plan.through;
    const socket = this.#charging.plan.guardSocket ?? GUARD_SOCKET;
    const { protection, relay, contactor, feedback } = plan;
    if (feedback !== undefined) {
      const driver = await this.#charging.gpio();
      this.#contact = await FeedbackContact.open(driver, feedback, (fault) => this.#feedback(fault));
    }
    this.#relay =
      plan.through === 'guard'
        ? guardedRelay({ socket, relay, protection })
        : await directRelay({ driver: await this.#charging.gpio(), ...contactor!, protection });
    this.#relay.onChange((state) => this.#changed(state));
    this.#changed(this.#relay.state);
  }

  async hear(message: Message): Promise<void> {
    await this.#opening;
    let command: Command | undefined;
    try {
      command = commandOf(message.payload);
    } catch (error) {
      // What nobody understands must not leave a relay closed.
      await this.#set({ on: false }, message);
      throw error;
    }
    if (command) await this.#set(command, message);
  }

  announce(): void {
    if (this.#relay) this.#tell(this.#relay.state, true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#countdown);
    // Without this node the relay is off: a session that stays must not go on counting minutes. A turn later one that stops
    // in the same deploy is out of reach, and goes on with what is left when it starts again.
    const gone: Actual = { on: false, ready: false, readyInSeconds: 0 };
    setImmediate(() => this.#node.send([{ topic: 'relay', payload: gone }, null]));
    await this.#opening.catch(() => {});
    await this.#relay?.close();
    await this.#contact?.close();
  }

  async #set({ on, forMs }: Command, message: Message): Promise<void> {
    const relay = this.#relay!;
    this.#schedule(on, forMs, message);
    this.#cause = message;
    this.#told = '';
    this.#contact?.commanded(on);
    try {
      await relay.set(on);
    } catch (error) {
      this.#contact?.commanded(false);
      clearTimeout(this.#timer);
      if (!(error instanceof RelayError) || !EXPECTED.has(error.code)) throw error;
    } finally {
      if (this.#told === '') this.#tell(relay.state, false);
      if (this.#cause === message) this.#cause = undefined;
    }
  }

  /** Another voucher while the relay is on adds its minutes. */
  #schedule(on: boolean, forMs: number | undefined, message: Message): void {
    clearTimeout(this.#timer);
    if (!on || forMs === undefined) {
      this.#untilMs = 0;
      return;
    }
    const now = performance.now();
    this.#untilMs = Math.max(now, this.#relay!.state.on ? this.#untilMs : 0) + forMs;
    const over = guarded(this.#node, this.#status, () => this.#set({ on: false }, message));
    this.#timer = setTimeout(over, this.#untilMs - now);
  }

  #changed(state: RelayState): void {
    if (this.#closed) return;
    this.#problem(state);
    if (!state.on && this.#cause === undefined) this.#contact?.commanded(false);
    this.#tell(state, false);
  }

  #feedback(fault: string | undefined): void {
    if (this.#closed) return;
    if (fault !== this.#contactFault) {
      if (this.#contactFault !== undefined) this.#fault(this.#contactFault, false);
      this.#contactFault = fault;
      if (fault !== undefined) {
        this.#fault(fault, true);
        if (this.#relay?.state.on) guarded(this.#node, this.#status, () => this.#set({ on: false }, {}))();
      }
    }
    if (this.#relay) this.#tell(this.#relay.state, false);
  }

  #problem({ problem }: RelayState): void {
    // That a contactor needs its rest is told with `ready`, and is no fault.
    const standing = problem === undefined || problem.code === 'not-ready' ? undefined : problem.code;
    for (const code of this.#faults) {
      if (code !== standing && code !== this.#contactFault) this.#fault(code, false);
    }
    if (standing !== undefined && !this.#faults.has(standing)) this.#fault(standing, true);
  }

  #fault(code: string, standing: boolean): void {
    if (standing) this.#faults.add(code);
    else this.#faults.delete(code);
    const words = this.#status.wordsFor(new NodeFault(code, code));
    this.#node.send([null, { ...this.#cause, topic: 'relay-fault', payload: { code, standing, words } }]);
  }

  /** The first output: at each change, and in answer to each command. */
  #tell(state: RelayState, again: boolean): void {
    if (this.#closed) return;
    const actual = this.#actual(state);
    this.#show(state, actual);
    const told = JSON.stringify(actual);
    if (told === this.#told && !again) return;
    this.#told = told;
    this.#node.send([{ ...this.#cause, topic: 'relay', payload: actual }, null]);
  }

  #actual({ on, lease, readyInMs, problem }: RelayState): Actual {
    const held = this.#through === 'direct' || lease;
    return {
      on: this.#contact ? this.#contact.closed : on,
      ready:
        held &&
        readyInMs === 0 &&
        (problem === undefined || problem.code === 'not-ready' || problem.code === 'longest-on'),
      readyInSeconds: Math.ceil(readyInMs / 1000),
    };
  }

  #show(state: RelayState, { on, readyInSeconds }: Actual): void {
    clearTimeout(this.#countdown);
    const [fault] = this.#faults;
    const lease = this.#status.text(
      this.#through === 'direct' ? 'lease.direct' : state.lease ? 'lease.held' : 'lease.none',
    );
    if (fault !== undefined) this.#status.failed(new NodeFault(fault, fault));
    else if (on) this.#status.active('on', { lease });
    else if (readyInSeconds > 0) {
      this.#status.waiting('wait', { seconds: readyInSeconds, lease });
      this.#countdown = setTimeout(
        () => this.#relay && this.#show(this.#relay.state, this.#actual(this.#relay.state)),
        1000,
      );
    } else if (this.#through === 'guard' && !state.lease) this.#status.waiting('no-lease');
    else this.#status.ready('off', { lease });
  }
}
