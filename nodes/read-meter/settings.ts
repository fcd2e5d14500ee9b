// What the dialog of `read meter` stored, and the meter that it means.
import type { Meter, MeterListener } from '../../hardware/meter/meter.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { NodeConfig, RedNode } from '../shared/red.ts';
import { choice, given, neededPin, number } from '../shared/settings.ts';
import { counterKeeper } from './keeping.ts';

export interface ReadMeterConfig extends NodeConfig {
  readonly station?: string;
  readonly meter?: unknown;
  readonly line?: unknown;
  readonly activeLow?: unknown;
  readonly impulsesPerKwh?: unknown;
  readonly model?: unknown;
  readonly port?: unknown;
  readonly unitId?: unknown;
  readonly baudRate?: unknown;
  readonly highestPowerW?: unknown;
  readonly simulatedPowerW?: unknown;
}

/** A meter that is not wired: what a vehicle draws is made up. */
export interface SimulatedMeter {
  readonly powerW: number;
}

/**
 * The kind of meter. Unset, a simulated station that sells energy has a simulated one, and all others have none.
 * @throws the station's `NodeFault`; `bad-choice`
 */
export function meterOf(config: ReadMeterConfig, charging: ChargingStation): 'none' | 's0' | 'modbus' | 'simulated' {
  const { driver, settings } = charging.plan;
  const otherwise = driver === 'simulated' && settings.unit === 'Wh' ? 'simulated' : 'none';
  const kind = choice(config, 'meter', ['unset', 'none', 's0', 'modbus', 'simulated'], 'METER');
  if (kind === 'simulated' && driver !== 'simulated') {
    throw new NodeFault('not-simulated', 'A simulated meter needs a simulated station.');
  }
  return kind === 'unset' ? otherwise : kind;
}

/** @throws a `GpioError`, a `DeviceError`, or a `NodeFault` that says what is missing */
export async function openMeter(
  node: RedNode,
  config: ReadMeterConfig,
  kind: 's0' | 'modbus',
  charging: ChargingStation,
  listener: MeterListener,
): Promise<Meter> {
  const highestPowerW = number(config, 'highestPowerW', 7_400, { least: 1, variable: 'HIGHEST_POWER_W' });
  if (kind === 'modbus') {
    const port = given(config.port);
    if (port === undefined) {
      const values = { name: 'port', variable: 'METER_PORT' };
      throw new NodeFault('no-port', 'No serial port is set: neither port nor METER_PORT.', { values });
    }
    const unitId = given(config.unitId);
    const baudRate = given(config.baudRate);
    const { openModbusMeter } = await import('../../hardware/meter/modbus.ts');
    return openModbusMeter(
      {
        meter: choice(config, 'model', ['sdm120', 'sdm230', 'pzem-004t'], 'METER_MODEL'),
        port,
        highestPowerW,
        ...(unitId === undefined
          ? {}
          : { unitId: number(config, 'unitId', 1, { least: 1, most: 247, whole: true, variable: 'METER_ADDRESS' }) }),
        ...(baudRate === undefined
          ? {}
          : { baudRate: number(config, 'baudRate', 9_600, { least: 1, variable: 'METER_BAUD' }) }),
      },
      listener,
    );
  }
  const pulses = neededPin(config, { line: 'line', activeLow: 'activeLow', variables: 'METER', otherwise: true });
  const { line } = pulses;
  const { station } = charging;
  // Kept under the name as it was written, before there was one form for all ways to write a line.
  const written = (given(config.line) ?? '').split(',')[0]!.trim();
  const counters = [line, written].map((name) => station.meterCounter(name));
  const startWh = Math.max(...counters, station.openSession()?.meterLastWh ?? 0);
  const { openS0Meter } = await import('../../hardware/meter/s0.ts');
  return openS0Meter(
    await charging.gpio(),
    {
      ...pulses,
      impulsesPerKwh: number(config, 'impulsesPerKwh', 1_000, { least: 1, variable: 'METER_PULSES' }),
      startWh,
      save: counterKeeper(node, station, line),
      highestPowerW,
    },
    listener,
  );
}
