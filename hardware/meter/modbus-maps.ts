// The registers of the Modbus meters that the station knows, as data.
// Sources: Eastron "SDM120-Modbus" and "SDM230-Modbus Smart Meter Modbus Protocol Implementation" (input registers,
// IEEE 754 floats, high word first); Peacefair "PZEM-004T V3.0 User Manual" (input registers, low word first).
import type { MeterReading } from './meter.ts';

/** `float32`: two registers, high word first. `uint32-low-first`: two registers, low word first. */
type RegisterKind = 'float32' | 'uint16' | 'uint32-low-first';

interface Register {
  readonly address: number;
  readonly kind: RegisterKind;
  /** Multiplied with the register's value. */
  readonly scale: number;
}

export interface ModbusBlock {
  readonly address: number;
  readonly length: number;
  /**
   * Read instead when an answer did not come: it may still, and is told from that of the request that repeats it by its
   * length alone. Ends with a register that the meter has.
   */
  readonly longer: number;
}

export interface ModbusMap {
  /** As people call the meter. */
  readonly model: string;
  /** As it leaves the factory. */
  readonly unitId: number;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  /** What is read in one request each, all by function 4 (read input registers). No two lengths are the same. */
  readonly blocks: readonly ModbusBlock[];
  readonly registers: {
    readonly energyWh: Register;
    readonly powerW: Register;
    readonly currentA: Register;
    readonly voltageV: Register;
  };
}

const eastron: Omit<ModbusMap, 'model' | 'baudRate'> = {
  unitId: 1,
  parity: 'none',
  stopBits: 1,
  blocks: [
    // To the active power; or to the apparent power, at 0x0012.
    { address: 0x0000, length: 14, longer: 20 },
    // Import; or import and export.
    { address: 0x0048, length: 2, longer: 4 },
  ],
  registers: {
    voltageV: { address: 0x0000, kind: 'float32', scale: 1 },
    currentA: { address: 0x0006, kind: 'float32', scale: 1 },
    powerW: { address: 0x000c, kind: 'float32', scale: 1 },
    // Import, not total: what a vehicle feeds back is not sold.
    energyWh: { address: 0x0048, kind: 'float32', scale: 1000 },
  },
};

/** By the names that METER_MODEL and the dialog take. A further model is a further entry; the first one is the default. */
export const modbusMaps = {
  sdm120: { model: 'Eastron SDM120-Modbus', baudRate: 2400, ...eastron },
  sdm230: { model: 'Eastron SDM230-Modbus', baudRate: 9600, ...eastron },
  'pzem-004t': {
    model: 'PZEM-004T v3',
    unitId: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    // To the energy; or to the frequency.
    blocks: [{ address: 0x0000, length: 7, longer: 8 }],
    registers: {
      voltageV: { address: 0x0000, kind: 'uint16', scale: 0.1 },
      currentA: { address: 0x0001, kind: 'uint32-low-first', scale: 0.001 },
      powerW: { address: 0x0003, kind: 'uint32-low-first', scale: 0.1 },
      energyWh: { address: 0x0005, kind: 'uint32-low-first', scale: 1 },
    },
  },
} as const satisfies Readonly<Record<string, ModbusMap>>;

export type ModbusMeterName = keyof typeof modbusMaps;

/**
 * Turns the words of a map's blocks, in their order, into a reading taken at `at`. An unsigned value of all ones is what
 * a meter gives for a register that it has not: it becomes NaN, as a garbled float is.
 */
export function decodeBlocks(map: ModbusMap, blocks: readonly (readonly number[])[], at: number): MeterReading {
  const value = ({ address, kind, scale }: Register): number => {
    const index = map.blocks.findIndex((block) => address >= block.address && address < block.address + block.length);
    const words = blocks[index] ?? [];
    const offset = address - (map.blocks[index]?.address ?? 0);
    // An ideal decimal: 1234 × 0.001 is not 1.234 in binary, and bills are read by people.
    return Number(
      (decodeWords(kind, words[offset] ?? Number.NaN, words[offset + 1] ?? Number.NaN) * scale).toPrecision(12),
    );
  };
  const { energyWh, powerW, currentA, voltageV } = map.registers;
  return {
    energyWh: value(energyWh),
    powerW: value(powerW),
    currentA: value(currentA),
    voltageV: value(voltageV),
    at,
  };
}

function decodeWords(kind: RegisterKind, first: number, second: number): number {
  if (kind === 'uint16') return first === 0xffff ? Number.NaN : first;
  if (Number.isNaN(second)) return Number.NaN;
  if (kind === 'uint32-low-first') {
    const value = second * 0x10000 + first;
    return value === 0xffff_ffff ? Number.NaN : value;
  }
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, first);
  view.setUint16(2, second);
  // A float holds seven digits; what follows them is not the meter's.
  return Number(view.getFloat32(0).toPrecision(7));
}
