// What the pin picker of the dialogs asks of a station that is deployed: which lines are whose, and what stands on them.
import { headerLevels, simulatedLevels } from '../../hardware/gpio/levels.ts';
import { lineKey, readPin } from '../../hardware/gpio/pin.ts';
import { askGuard } from '../../hardware/relay/ask-guard.ts';
import type { RED, RedNode } from '../shared/red.ts';
import type { LineUser } from './lines.ts';
import { type ChargingStation, GUARD_SOCKET } from './station-user.ts';

/** One line, by the key that all ways to write it have. */
interface PinNow {
  readonly line: string;
  /** On the wire, whatever means on. */
  readonly level?: 0 | 1;
  /** Whose it is, in the words of the catalogue (`line.USE`). */
  readonly use?: LineUser;
  /** What the chip uses it for besides GPIO. */
  readonly function?: string;
}

/** Once: `GET offline-charging/charging-station/ID/pins`, for whoever may read that type of node. */
export function servePins(red: RED): void {
  const allowed = red.auth.needsPermission('charging-station.read');
  red.httpAdmin.get('/offline-charging/charging-station/:id/pins', allowed, async (request, response) => {
    const node = red.nodes.getNode(String(request.params.id)) as (RedNode & { charging?: ChargingStation }) | null;
    if (node?.charging) response.json(await pinsOf(node.charging));
    else response.status(404).end();
  });
}

/** Nothing moves, and no line is opened for it. */
async function pinsOf(charging: ChargingStation): Promise<{ simulated: boolean; lines: readonly PinNow[] }> {
  const { simulated } = charging;
  const wires = simulated ? simulatedLevels(folderOf(charging)) : await headerLevels();
  const lines = new Map<string, PinNow>(
    wires.map((wire) => [lineKey(wire.line), { ...wire, line: lineKey(wire.line) }]),
  );
  for (const own of [...(await guarded(charging)), ...charging.lines.now()])
    lines.set(own.line, { ...lines.get(own.line), ...own });
  return { simulated, lines: [...lines.values()] };
}

function folderOf(charging: ChargingStation): string {
  try {
    return charging.plan.gpioFolder ?? '';
  } catch {
    return '';
  }
}

/** The relays' lines, which the guard alone holds. */
async function guarded(charging: ChargingStation): Promise<PinNow[]> {
  try {
    const { relays } = await askGuard(charging.plan.guardSocket ?? GUARD_SOCKET);
    return Object.values(relays).flatMap(({ pin: text, on }) => {
      const pin = readPin(text, { name: 'pin' });
      return pin ? [{ line: lineKey(pin.line), level: on === pin.activeLow ? 0 : 1, use: 'relay' } as const] : [];
    });
  } catch {
    // No guard, or a station that cannot be read: the dialogs say so elsewhere.
    return [];
  }
}
