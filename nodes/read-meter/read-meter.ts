// `read meter`: each outlet's energy in Wh and power in W, from S0 pulses or Modbus RTU, with the meters' faults.
import type { Meter, MeterListener, MeterReading } from '../../hardware/meter/meter.ts';
import type { OutletAt } from '../../hardware/settings.ts';
import { joinStation } from '../charging-station/station-user.ts';
import { asFault, guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { Opening } from '../shared/opening.ts';
import {
  closeParts,
  faultOf,
  OutletLooks,
  OutletPart,
  type OutletParts,
  outletOf,
  outletsIn,
} from '../shared/outlets.ts';
import { offerTries } from '../shared/tries.ts';
import { fieldsOf } from '../shared/values.ts';
import { MeterCounters } from './meter-counters.ts';
import { MIGRATIONS, meterOf, openMeter, type ReadMeterConfig } from './settings.ts';

const OPTIONS = { uses: 'station', migrations: MIGRATIONS, hasTries: true } as const;

export default nodeType<ReadMeterConfig>('read meter', OPTIONS, ({ red, node, config, status }) => {
  const readers: Reader[] = [];
  const { charging, leave } = joinStation(red, status, config.station, (fault) => {
    if (fault === undefined) for (const reader of readers) reader.tryAgain();
  });
  const outlets = outletsIn(charging);
  const looks = new OutletLooks(status, outlets.length);
  const counters = new MeterCounters((error) => node.error(asFault(error), {}));
  for (const at of outlets) readers.push(new Reader(at, { node: node, status, looks, charging, config, counters }));

  onInput(node, status, (message) => {
    const { topic, payload } = message;
    const { on } = fieldsOf(payload);
    if (topic !== 'relay' || typeof on !== 'boolean') {
      throw new NodeFault('bad-input', 'Only a simulated meter takes messages: the first output of "control relay".');
    }
    readers[outletOf(message, readers.length) - 1]!.relay(on);
  });
  const look = () => ({
    result: 'seen',
    outlets: readers.map(({ latest }) =>
      latest ? { result: 'reading', values: shown(latest) } : { result: 'unknown' },
    ),
  });
  offerTries(node, { look }, () => charging.plan);
  onClose(node, (removed) => closeParts(readers, removed, leave));
  for (const reader of readers) reader.start();
});

interface ReaderParts extends OutletParts<ReadMeterConfig> {
  readonly counters: MeterCounters;
}

/** The meter of one outlet. */
class Reader extends OutletPart<ReadMeterConfig> {
  readonly #counters: MeterCounters;
  #meter: Meter | undefined;
  #opening: Opening | undefined;
  /** The code of the fault that stands. */
  #standing: string | undefined;
  #keepsCount = true;
  /** Undefined until the first reading, and while the meter does not answer. */
  latest: MeterReading | undefined;

  constructor(at: OutletAt, { counters, ...parts }: ReaderParts) {
    super(at, parts);
    this.#counters = counters;
  }

  start(): void {
    this.#opening = new Opening(
      () => this.#open(),
      (thrown, isNews) => {
        const fault = faultOf(this.at, thrown);
        this.show((status) => status.failed(fault), { fault });
        // The station itself says what is missing, if it goes on for long.
        if (isNews && fault.code !== 'key-awaited') this.node.error(fault, {});
      },
    );
  }

  /** When the journal that a meter goes on from could not be read before. */
  tryAgain(): void {
    this.#opening?.again();
  }

  /** What the relay does: only a simulated meter asks. */
  relay(on: boolean): void {
    this.#meter?.relay?.(on);
  }

  async close(): Promise<void> {
    const standing = this.#standing;
    // A turn later a session that stops in the same deploy is out of reach. The node that comes next tells its own.
    if (standing !== undefined) setImmediate(() => this.tellFault(standing, false));
    await this.#opening?.stop();
    await this.#meter?.close();
  }

  async #open(): Promise<void> {
    const { config, charging } = this;
    const kind = meterOf(config, charging);
    if (kind === undefined) {
      this.show((status) => status.ready('none'));
      return;
    }
    this.#keepsCount = kind.keepsCount;
    this.#meter = await openMeter(config, kind, charging, this.#counters, this.#listener(), this.at);
    this.show((status) => (kind.simulated ? status.ready('simulated') : status.waiting('waiting')));
  }

  #listener(): MeterListener {
    const { node, status } = this;
    return {
      onReading: guarded(node, status, (reading: MeterReading) => {
        this.latest = reading;
        this.show((one) => one.active('reading', shown(reading)), { active: true });
        const { outlet } = this.at;
        node.send({ topic: 'meter', outlet, payload: payloadOf(reading, this.#keepsCount) });
      }),
      onFault: ({ code, message }) => {
        this.latest = undefined;
        const fault = faultOf(this.at, new NodeFault(code, message));
        this.show((one) => one.failed(fault), { fault });
        if (this.#standing !== undefined && this.#standing !== code) this.tellFault(this.#standing, false);
        this.#standing = code;
        node.warn(this.at.outlets === 1 ? message : `${this.at.outlet}: ${message}`);
        this.tellFault(code, true);
      },
      onRecovered: () => {
        if (this.#standing !== undefined) this.tellFault(this.#standing, false);
        this.#standing = undefined;
      },
    };
  }
}

/** A count that the station keeps itself is not whole after a power cut: the session must know. */
function payloadOf({ at, ...reading }: MeterReading, keepsCount: boolean): Record<string, number | boolean> {
  const ageMs = Math.max(0, Math.round(performance.now() - at));
  return { ...reading, ageMs, ...(keepsCount ? {} : { keepsCount }) };
}

function shown({ energyWh, powerW }: MeterReading): Record<string, string> {
  const power = powerW === undefined ? '' : ` · ${Math.round(powerW)} W`;
  return { energy: (energyWh / 1000).toFixed(2), power };
}
