// Whose request a message is: what `admit request` found, or a name that a flow gave.
import type { Message } from './red.ts';
import { textOf } from './values.ts';

/** What belongs to no client by name: flows that issue codes by themselves. */
export const FLOW_CLIENT = 'flow';

export function clientOf(message: Message): string {
  const { client } = message;
  if (typeof client === 'object' && client !== null)
    return textOf((client as { client?: unknown }).client) || FLOW_CLIENT;
  return textOf(client) || FLOW_CLIENT;
}

export function isOperator(message: Message): boolean {
  const { client } = message;
  return typeof client === 'object' && client !== null && (client as { role?: unknown }).role === 'operator';
}
