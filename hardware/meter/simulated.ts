// A meter that nobody wired: while the relay is on it counts what a vehicle would draw. For simulated stations alone.
import { nameAt } from '../relay/relay-pins.ts';
import { type MeterReading, meterKind } from './meter.ts';

const BEAT_MS = 1_000;

export const simulated = meterKind({
  name: 'simulated',
  keepsCount: false,
  simulated: true,
  settings: { simulatedPowerW: { kind: 'number', least: 0, most: 1_000_000, otherwise: 3_680 } },
  open: async ({ simulatedPowerW }, { at: { outlet }, counter, listener }) => {
    const { startWh, keep } = counter(nameAt('simulated', outlet));
    let energyWh = startWh;
    let isOn = false;
    let countedAt = performance.now();
    let latest: MeterReading | undefined;
    const count = (isLast: boolean) => {
      const now = performance.now();
      if (isOn) energyWh += (simulatedPowerW * (now - countedAt)) / 3_600_000;
      countedAt = now;
      if (energyWh !== startWh) keep(energyWh, isLast);
    };
    const tell = () => {
      count(false);
      latest = { energyWh, powerW: isOn ? simulatedPowerW : 0, at: countedAt };
      listener.onReading(latest);
    };
    const beat = setInterval(tell, BEAT_MS);
    return {
      name: 'simulated meter',
      get latest() {
        return latest;
      },
      relay: (on) => {
        if (on === isOn) return;
        tell();
        isOn = on;
      },
      close: async () => {
        clearInterval(beat);
        count(true);
      },
    };
  },
});
