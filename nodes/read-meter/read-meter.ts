// `read meter`: energy in Wh and power in W, from S0 pulses or Modbus RTU, with the meter's faults.
import { METERS } from '../../hardware/meter/kinds.ts';
import type { Meter, MeterListener, MeterReading } from '../../hardware/meter/meter.ts';
import { joinStation } from '../charging-station/station-user.ts';
import { begin } from '../shared/begin.ts';
import { dialogSettings } from '../shared/dialog.ts';
import { asFault, guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import type { RED, RedNode } from '../shared/red.ts';
import { MIGRATIONS, meterOf, openMeter, type ReadMeterConfig, SETTINGS } from './settings.ts';

export default function readMeter(red: RED): void {
  function ReadMeterNode(this: RedNode, saved: ReadMeterConfig) {
    const begun = begin(red, this, saved, 'read-meter', MIGRATIONS);
    if (!begun) return;
    const { config, status } = begun;
    const { charging, leave } = joinStation(red, status, config.station, (fault) => {
      if (fault === undefined && failed) start();
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
    const open = async () => {
      const kind = meterOf(config, charging);
      if (kind === undefined) {
        status.ready('none');
        return;
      }
      keepsCount = kind.keepsCount;
      meter = await openMeter(this, config, kind, charging, listener);
      if (kind.simulated) status.ready('simulated');
      else status.waiting('waiting');
    };
    let opening = Promise.resolve();
    let failed = false;
    /** Again, when the journal that a meter goes on from could not be read before. */
    const start = () => {
      failed = false;
      opening = open().catch((thrown: unknown) => {
        failed = true;
        const fault = asFault(thrown);
        status.failed(fault);
        // The station itself says what is missing, if it goes on for long.
        if (fault.code !== 'key-awaited') this.error(fault, {});
      });
    };
    start();

    onInput(this, status, (message) => {
      const { topic, payload } = message;
      const on = (payload as { on?: unknown } | null | undefined)?.on;
      if (topic !== 'relay' || typeof on !== 'boolean') {
        throw new NodeFault('bad-input', 'Only a simulated meter takes messages: the first output of "control relay".');
      }
      meter?.relay?.(on);
    });
    onClose(this, async () => {
      try {
        await opening;
        await meter?.close();
      } finally {
        leave();
      }
    });
  }
  red.nodes.registerType('read meter', ReadMeterNode, {
    settings: dialogSettings('read meter', SETTINGS, { chosenBy: 'meter', kinds: METERS }),
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
