// `read meter`: energy in Wh and power in W, from S0 pulses or Modbus RTU, with the meter's faults.
import type { Meter, MeterListener, MeterReading } from '../../hardware/meter/meter.ts';
import { SimulatedLoad } from '../../hardware/meter/simulated.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import { asFault, guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import type { RED, RedNode } from '../shared/red.ts';
import { number } from '../shared/settings.ts';
import { Status } from '../shared/status.ts';
import { counterKeeper } from './keeping.ts';
import { meterOf, openMeter, type ReadMeterConfig } from './settings.ts';

export default function readMeter(red: RED): void {
  function ReadMeterNode(this: RedNode, config: ReadMeterConfig) {
    red.nodes.createNode(this, config);
    const status = new Status(red, this, 'read-meter');
    const { charging, leave } = joinStation(red, status, config.station, (fault) => {
      if (fault === undefined && failed) begin();
    });

    let standing: string | undefined;
    let keepsCount = true;
    const told = (code: string, is: boolean) => this.send({ topic: 'fault', payload: { code, standing: is } });
    const listener: MeterListener = {
      onReading: guarded(this, status, (reading: MeterReading) => {
        status.active('reading', shown(reading));
        this.send({ topic: 'meter', payload: payloadOf(reading, keepsCount) });
      }),
      onFault: (fault) => {
        status.failed(new NodeFault(fault.code, fault.message));
        if (standing !== undefined && standing !== fault.code) told(standing, false);
        standing = fault.code;
        this.warn(fault.message);
        told(fault.code, true);
      },
      onRecovered: () => {
        if (standing !== undefined) told(standing, false);
        standing = undefined;
      },
    };

    let meter: Meter | undefined;
    let load: SimulatedLoad | undefined;
    const open = async () => {
      const kind = meterOf(config, charging);
      keepsCount = kind === 'modbus';
      if (kind === 'simulated') {
        load = simulatedLoad(this, config, charging, listener);
        status.ready('simulated');
      } else if (kind === 'none') status.ready('none');
      else {
        meter = await openMeter(this, config, kind, charging, listener);
        status.waiting('waiting');
      }
    };
    let opening = Promise.resolve();
    let failed = false;
    /** Again, when the journal that a meter goes on from could not be read before. */
    const begin = () => {
      failed = false;
      opening = open().catch((thrown: unknown) => {
        failed = true;
        const fault = asFault(thrown);
        status.failed(fault);
        this.error(fault, {});
      });
    };
    begin();

    onInput(this, status, (message) => {
      const { topic, payload } = message;
      const on = (payload as { on?: unknown } | null | undefined)?.on;
      if (topic !== 'relay' || typeof on !== 'boolean') {
        throw new NodeFault('bad-input', 'Only a simulated meter takes messages: the first output of "control relay".');
      }
      load?.relay(on);
    });
    onClose(this, async () => {
      load?.close();
      try {
        await opening;
        await meter?.close();
      } finally {
        leave();
      }
    });
  }
  red.nodes.registerType('read meter', ReadMeterNode);
}

/** Where a simulated meter left off, the journal knows. */
function simulatedLoad(
  node: RedNode,
  config: ReadMeterConfig,
  { station }: ChargingStation,
  listener: MeterListener,
): SimulatedLoad {
  const startWh = Math.max(station.meterCounter('simulated'), station.openSession()?.meterLastWh ?? 0);
  return new SimulatedLoad({
    powerW: number(config, 'simulatedPowerW', 3_680),
    startWh,
    save: counterKeeper(node, station, 'simulated'),
    onReading: (reading) => listener.onReading(reading),
  });
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
