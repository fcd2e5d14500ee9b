// What is on a disk and true in the world of a station to which anything happens.
import type { FaultCode } from '../../../../charging/station/faults.ts';
import type { SessionRecord } from '../../../../charging/station/types.ts';

/** What is on the disk. */
export interface Disk {
  readonly used: Set<number>;
  open: SessionRecord | undefined;
  last: SessionRecord | undefined;
}

/** What is true, whatever the station believes; and what the customer of the open session really got. */
export interface World {
  vehicle: boolean | undefined;
  /** The open contact of the plug was seen closed. */
  settling: boolean;
  readonly causes: Set<FaultCode>;
  relayOn: boolean;
  relayFollows: boolean;
  meterWh: number;
  powerW: number;
  failing: 'no' | 'before' | 'after';
  /** Milliseconds or Wh delivered on the open session, and how much of it may be the customer's for free. */
  given: number;
  free: number;
  /** Power cuts of the open session, and how much of what they cost may be the customer's. */
  cuts: number;
  dear: number;
  /** The contactor is welded: current flows, whatever the relay's feedback says. */
  welded: boolean;
  /** Since the station started: whether current may have flowed through an open relay. */
  leaked: boolean;
  /** Readings in a row that show current through a relay that is seen open, and since when. */
  leaks: { readings: number; since: number };
}

export function newWorld(): World {
  return {
    vehicle: undefined,
    settling: false,
    causes: new Set(),
    relayOn: false,
    relayFollows: true,
    meterWh: 1000,
    powerW: 7000,
    failing: 'no',
    given: 0,
    free: 0,
    cuts: 0,
    dear: 0,
    welded: false,
    leaked: false,
    leaks: { readings: 0, since: 0 },
  };
}

/** What is true at an outlet, whatever the station believes. */
export interface Place {
  vehicle: boolean | undefined;
  relayOn: boolean;
  follows: boolean;
  loadW: number;
  readW: number;
  meterWh: number;
  readonly causes: Set<FaultCode>;
  /** Milliseconds that the customer of its session really got, and what cuts may cost that customer. */
  givenMs: number;
  cuts: number;
  dearMs: number;
}

export function newPlace(): Place {
  return {
    ...{ vehicle: undefined, relayOn: false, follows: true, loadW: 1500, readW: 0, meterWh: 1000 },
    ...{ causes: new Set(), givenMs: 0, cuts: 0, dearMs: 0 },
  };
}
